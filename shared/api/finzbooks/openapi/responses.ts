import {
  conditionalHeaders,
  type HeaderName,
  notModified,
  rateLimitHeaders,
  responseHeaders,
} from "#shared/api/openapi/headers.ts";
import { errorResponses } from "./errors.ts";
import { activitySchema } from "./schemas.ts";

/** Returns a successful response of JSON. */
export function okResponse(description: string, schema: object, headers: readonly HeaderName[]) {
  return { 200: { description, headers: responseHeaders(headers), content: { "application/json": { schema } } } };
}

/** Returns the responses of a list of events. */
export function activityPage() {
  return {
    ...okResponse("A page of events, newest first.", activitySchema, [
      "Link",
      ...conditionalHeaders,
      ...rateLimitHeaders,
    ]),
    ...notModified(["Link", ...rateLimitHeaders]),
    ...errorResponses(400, 401, 403, 429, 500, 503),
  };
}

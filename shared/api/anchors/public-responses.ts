import { errorResponses } from "#shared/api/finzbooks/openapi/errors.ts";
import { responseHeaders } from "#shared/api/openapi/headers.ts";

/** Returns the responses of an operation without a token, which caches may store. */
export function publicResponses(description: string, content: object) {
  return {
    200: { description, headers: responseHeaders(["Cache-Control"]), content },
    ...errorResponses(404, 500, 503),
  };
}

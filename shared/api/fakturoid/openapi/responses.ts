import { type HeaderName, type ResponseHeaders, responseHeaders } from "#shared/api/openapi/headers.ts";
import { fakturoidRateLimitHeaders } from "./headers.ts";

/** Returns a successful response with its example. `others` are headers that no other dialect has. */
export function okResponse(
  description: string,
  schema: object,
  example: unknown,
  headers: readonly HeaderName[] = [],
  others: ResponseHeaders = {},
) {
  const content = { "application/json": { schema, examples: { sample: { value: example } } } };
  return {
    200: { description, headers: responseHeaders(headers, { ...fakturoidRateLimitHeaders, ...others }), content },
  };
}

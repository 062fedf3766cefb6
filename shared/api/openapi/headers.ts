import { Component } from "#shared/api/operations/component.ts";
import { etagExample } from "#shared/api/operations/if-none-match.ts";
import { rateLimit } from "#shared/auth/rate-limit.ts";

/** What the rate limit counts, for the descriptions of its headers. */
export const readCostDescription = "A request that reads more than a page of ordinary events counts as several.";

const text = { type: "string" };
const integer = { type: "integer", format: "int64", minimum: 0 };

/** Response headers that several dialects have. */
const commonHeaders = {
  "X-Request-Id": { description: "Identifies the request in the logs.", schema: text },
  "X-RateLimit-Limit": {
    description: `Requests that the token may make in ${rateLimit.windowSeconds} seconds.`,
    schema: integer,
    example: rateLimit.requests,
  },
  "X-RateLimit-Remaining": { description: `Requests left in the window. ${readCostDescription}`, schema: integer },
  "X-RateLimit-Reset": { description: "Start of the next window, in Unix seconds.", schema: integer },
  "Retry-After": { description: "Seconds until a retry can succeed.", schema: integer },
  Link: {
    description: 'The URL of the next, older page: `<…>; rel="next"` (RFC 8288). Absent on the last page.',
    schema: text,
  },
  ETag: {
    description:
      "Identifies the content of the page and the next page. Send it as `If-None-Match` to check for changes.",
    schema: text,
    example: etagExample,
  },
  "Cache-Control": { description: "Who may cache the response, and for how long.", schema: text },
  Vary: { description: "The request headers that affect the page.", schema: text },
  "WWW-Authenticate": {
    description: "The authentication scheme and its parameters (RFC 9110, section 11.6.1).",
    schema: { type: "string", pattern: "^(Bearer|Basic)\\b" },
  },
} as const;

export type HeaderName = keyof typeof commonHeaders;

/** The headers of a response, by name. */
export type ResponseHeaders = Readonly<Record<string, Component>>;

/** The rate limit headers of FinzBooks and SimplyBooks. */
export const rateLimitHeaders: readonly HeaderName[] = [
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
];

/** The headers of a list that can be requested conditionally. */
export const conditionalHeaders: readonly HeaderName[] = ["ETag", "Cache-Control", "Vary"];

export function headerComponent(name: string, header: object): ResponseHeaders {
  return { [name]: new Component("headers", name, header) };
}

const headers: ResponseHeaders = Object.assign(
  {},
  ...Object.entries(commonHeaders).map(([name, header]) => headerComponent(name, header)),
);

/** Returns the headers of a response, `others` being those of its dialect. Every response has a request id. */
export function responseHeaders(names: readonly HeaderName[], others: ResponseHeaders = {}): ResponseHeaders {
  const known = new Set<string>(["X-Request-Id", ...names]);
  return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => known.has(name))), ...others };
}

/** Returns the response to a caller that has the page already. It counts as a request, and has the rate limit headers. */
export function notModified(names: readonly HeaderName[], others: ResponseHeaders = {}) {
  return {
    304: {
      description: "The page still has the `ETag` of the request.",
      headers: responseHeaders([...conditionalHeaders, ...names], others),
    },
  };
}

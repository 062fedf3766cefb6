import { headerRefs } from "./components.ts";

/** The parameter of all lists. */
export const conditionalParameters = {
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description:
      "The `ETag` of a page that the caller has. If the page is unchanged, the response is 304 without a body.",
    schema: { type: "string" },
    example: 'W/"Vj1gSUwzYcfUzQWZ0pC4WpTzVsE"',
  },
} as const;

/** Response headers of all lists. */
export const conditionalHeaders = {
  ETag: {
    description:
      "Identifies the content of the page and the next page. Send it as `If-None-Match` to check for changes.",
    schema: { type: "string" },
    example: conditionalParameters.IfNoneMatch.example,
  },
  "Cache-Control": { description: "Who may cache the response, and for how long.", schema: { type: "string" } },
  Vary: { description: "The request headers that affect the page.", schema: { type: "string" } },
};

export const conditionalHeaderNames = Object.keys(conditionalHeaders);

export const ifNoneMatchRef = { $ref: "#/components/parameters/IfNoneMatch" };

/** Returns the response to a caller that has the page already. It counts as a request, and has the rate limit headers. */
export function notModified(headerNames: readonly string[]) {
  return {
    304: {
      description: "The page still has the `ETag` of the request.",
      headers: headerRefs([...conditionalHeaderNames, ...headerNames]),
    },
  };
}

import { headerRefs } from "./components.ts";

/** The parameter of every list page. */
export const conditionalParameters = {
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description:
      "The `ETag` of a page that the caller has: where it is still the same, the answer is 304 without a body.",
    schema: { type: "string" },
    example: 'W/"Vj1gSUwzYcfUzQWZ0pC4WpTzVsE"',
  },
} as const;

/** Headers of every list page. */
export const conditionalHeaders = {
  ETag: {
    description:
      "Names what the page shows, and where it goes on. Send it as `If-None-Match` to ask whether that changed.",
    schema: { type: "string" },
    example: conditionalParameters.IfNoneMatch.example,
  },
  "Cache-Control": { description: "Who may keep the answer, and for how long.", schema: { type: "string" } },
  Vary: { description: "The headers of the request that the page depends on.", schema: { type: "string" } },
};

export const conditionalHeaderNames = Object.keys(conditionalHeaders);

/** The reference to the parameter of a list page. */
export const ifNoneMatchRef = { $ref: "#/components/parameters/IfNoneMatch" };

/** The answer to a caller that has the page already. It counts as a request, and shows the rate as a 200 does. */
export function notModified(headerNames: readonly string[]) {
  return {
    304: {
      description: "The page is the one whose `ETag` the request names.",
      headers: headerRefs([...conditionalHeaderNames, ...headerNames]),
    },
  };
}

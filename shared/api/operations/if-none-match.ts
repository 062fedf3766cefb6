import type { UnparsedParameter } from "./parameter.ts";

export const etagExample = 'W/"Vj1gSUwzYcfUzQWZ0pC4WpTzVsE"';

/** The parameter of all lists of events. */
export const ifNoneMatch: UnparsedParameter = {
  component: "IfNoneMatch",
  name: "If-None-Match",
  in: "header",
  description:
    "The `ETag` of a page that the caller has. If the page is unchanged, the response is 304 without a body.",
  schema: { type: "string" },
  example: etagExample,
};

import type { HttpRequest } from "#shared/api/http/request.ts";
import { objectComponent } from "#shared/api/openapi/components.ts";
import { type HeaderName, rateLimitHeaders, responseHeaders } from "#shared/api/openapi/headers.ts";
import { Component } from "#shared/api/operations/component.ts";
import { renderError } from "#shared/api/simplybooks/errors.ts";
import type { ResponseFormat } from "#shared/api/simplybooks/format/negotiate-format.ts";
import { maxTake } from "#shared/api/simplybooks/parameters.ts";
import { orgSuspendedError } from "#shared/auth/caller.ts";
import { rateLimit } from "#shared/auth/rate-limit.ts";
import { ActivityError } from "#shared/errors.ts";
import { offsetPageBudget } from "#shared/events/query/offset-scan.ts";

/** One sample of every error of this dialect, rendered by the code that renders real errors. */
const samples: Readonly<Record<string, Error>> = {
  invalid_value: new ActivityError("invalid_value", `take unknown: it must be a whole number from 1 to ${maxTake}`),
  required_field: new ActivityError("required_field", "X-AccountId required: the token is for several accounts"),
  too_broad: new ActivityError(
    "too_broad",
    `Too few of the last ${offsetPageBudget.events} events match: narrow the search, for example by date.`,
  ),
  too_large: new ActivityError("too_large", "take too long: the response would be too large, use a smaller take"),
  unauthenticated: new ActivityError("unauthenticated", "X-API-Key required"),
  scope_missing: new ActivityError("scope_missing", "The token lacks the scope AIBooks.activity.READ."),
  org_mismatch: new ActivityError("org_mismatch", "X-AccountId unknown: the key is not for this account"),
  org_suspended: orgSuspendedError(),
  not_found: new ActivityError("not_found", "activity_id unknown"),
  rate_limited: new ActivityError(
    "rate_limited",
    `More than ${rateLimit.requests} requests in a minute. Retry after 17 seconds.`,
    { retryAfter: 17 },
  ),
  unavailable: new ActivityError(
    "unavailable",
    "This page is too far from the pages requested recently. Retry, or request pages in order.",
    {
      retryAfter: 1,
    },
  ),
  defect: new Error("never shown"),
};

type Status = { readonly name: string; readonly description: string; readonly headers: readonly HeaderName[] };

/** The response component of each status, and its headers besides the request id. */
const statuses: Readonly<Record<number, Status>> = {
  400: {
    name: "SimplybooksBadRequest",
    description: "A parameter is invalid, too few events match, or the request must name the account.",
    headers: rateLimitHeaders,
  },
  401: {
    name: "SimplybooksUnauthorized",
    description: "The key is missing, malformed, unknown, expired or revoked. E-mail and password are not accepted.",
    headers: ["WWW-Authenticate"],
  },
  403: {
    name: "SimplybooksForbidden",
    description: "The key lacks the scope or is not for the named account, or the account is suspended.",
    headers: rateLimitHeaders,
  },
  404: {
    name: "SimplybooksNotFound",
    description: "The path or the activity does not exist.",
    headers: rateLimitHeaders,
  },
  429: {
    name: "SimplybooksTooManyRequests",
    description: "The key has exceeded the rate limit, or sends too many expensive requests concurrently.",
    headers: ["Retry-After", ...rateLimitHeaders],
  },
  500: {
    name: "SimplybooksInternalError",
    description: "Internal error. Quote the request id in the message when you report it.",
    headers: rateLimitHeaders,
  },
  503: {
    name: "SimplybooksUnavailable",
    description:
      "The store is temporarily unavailable, or the page is too far from the pages requested recently. Retry after " +
      "`Retry-After`: each attempt reads further.",
    headers: ["Retry-After", ...rateLimitHeaders],
  },
};

const problemSchema = objectComponent(
  "SimplybooksProblem",
  { error: { type: "string", description: "For people: `<field> unknown`, `required` or `too long`, and a hint." } },
  { description: "An error. Programs should use the status.", xml: { name: "data" } },
);

function describeError(status: string, { name, description, headers }: Status): Component {
  const content = {
    "application/xml": { schema: problemSchema, examples: examplesOf(Number(status), "xml") },
    "application/json": { schema: problemSchema, examples: examplesOf(Number(status), "json") },
  };
  return new Component("responses", name, { description, headers: responseHeaders(headers), content });
}

function examplesOf(status: number, format: ResponseFormat) {
  const examples = Object.entries(samples).flatMap(([code, error]) => {
    const { status: own, body } = renderError(error, sampleRequest(format));
    const value: unknown = format === "json" ? JSON.parse(body) : body;
    return own === status ? [[code, { value }] as const] : [];
  });
  return Object.fromEntries(examples);
}

function sampleRequest(format: ResponseFormat): HttpRequest {
  return {
    method: "GET",
    path: "",
    query: new URLSearchParams({ format }),
    headers: {},
    origin: "",
    requestId: "Kx3bTjQeoAMEVvg=",
    body: () => undefined,
  };
}

const errors = Object.entries(statuses).map(([status, error]) => [status, describeError(status, error)] as const);

/** Returns the error responses of an operation, with an example of each error in both formats. */
export function errorResponses(...codes: readonly number[]): Readonly<Record<string, Component>> {
  return Object.fromEntries(errors.filter(([status]) => codes.includes(Number(status))));
}

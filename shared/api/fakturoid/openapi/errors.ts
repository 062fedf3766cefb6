import { fakturoidRateLimitPolicy } from "#shared/api/fakturoid/credentials.ts";
import { renderError, unknownResource } from "#shared/api/fakturoid/errors.ts";
import { toNumericId } from "#shared/api/fakturoid/ids/numeric-id.ts";
import { subjectNotFound } from "#shared/api/fakturoid/ids/subject-lookup.ts";
import { maxPage } from "#shared/api/fakturoid/parameters.ts";
import { objectComponent } from "#shared/api/openapi/components.ts";
import { type HeaderName, responseHeaders } from "#shared/api/openapi/headers.ts";
import { Component } from "#shared/api/operations/component.ts";
import { invalidTokenError } from "#shared/auth/authenticate.ts";
import { orgSuspendedError } from "#shared/auth/caller.ts";
import { ActivityError } from "#shared/errors.ts";
import { fakturoidRateLimitHeaders } from "./headers.ts";

/** The `id` of a subject in the examples, derived from its `custom_id`. */
export const sampleSubject = toNumericId("con_acme").id;

type ErrorStatus = {
  readonly name: string;
  readonly description: string;
  /** Besides those of the rate limit. */
  readonly headers?: readonly HeaderName[];
  readonly hasRateLimit?: false;
};

/** The errors of a group of operations: those that read events, or those on tokens. */
export type ErrorFamily = {
  /** Prefix of the names of its components. */
  readonly prefix: string;
  readonly render: typeof renderError;
  /** One sample of every error that its operations return. */
  readonly samples: Readonly<Record<string, Error>>;
  readonly statuses: Readonly<Record<number, ErrorStatus>>;
};

/** Samples of the errors of every family. */
export const commonErrorSamples = {
  user_agent: new ActivityError("required_field", 'Required header "User-Agent" is missing', { field: "User-Agent" }),
  org_suspended: orgSuspendedError(),
  rate_limited: new ActivityError(
    "rate_limited",
    `More than ${fakturoidRateLimitPolicy.limit} requests in a minute. Retry after 17 seconds.`,
    { retryAfter: 17 },
  ),
  store_unavailable: new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 }),
  // Errors of undocumented paths and methods, so that the enumeration of `error` contains their codes.
  not_found: unknownResource(),
  method_not_allowed: new ActivityError("method_not_allowed", "This can only be read.", { allow: "GET" }),
  defect: new Error("never shown"),
};

/** Statuses of every family. */
export const commonErrorStatuses: Readonly<Record<number, ErrorStatus>> = {
  429: {
    name: "TooManyRequests",
    description:
      "The token or its client has exceeded the rate limit, or sends too many expensive requests concurrently.",
    headers: ["Retry-After"],
  },
  500: {
    name: "InternalError",
    description: "Internal error. Quote the request id in `error_description` when you report it.",
  },
};

const reading: ErrorFamily = {
  prefix: "Fakturoid",
  render: renderError,
  samples: {
    ...commonErrorSamples,
    invalid_value: new ActivityError("invalid_value", `page must be a whole number from 1 to ${maxPage}.`, {
      field: "page",
    }),
    unauthenticated: invalidTokenError(),
    scope_missing: new ActivityError("scope_missing", "The token lacks the scope AIBooks.activity.READ."),
    too_broad: subjectNotFound(String(sampleSubject)),
    page_unavailable: new ActivityError(
      "unavailable",
      "This page is too far from the pages requested recently. Retry, or request pages in order.",
      {
        retryAfter: 1,
      },
    ),
  },
  statuses: {
    ...commonErrorStatuses,
    400: {
      name: "BadRequest",
      description:
        "A parameter is invalid, no recent event has the subject of a derived `subject_id`, or the header " +
        "`User-Agent` is missing.",
    },
    401: {
      name: "Unauthorized",
      description: "The token is missing, malformed, unknown, expired or revoked. Request a new one.",
      headers: ["WWW-Authenticate"],
      hasRateLimit: false,
    },
    403: {
      name: "Forbidden",
      description: "The token lacks the scope, or the operator has suspended the account.",
    },
    404: {
      name: "NotFound",
      description: "The path or the account does not exist, or the token is not for the account.",
    },
    503: {
      name: "Unavailable",
      description:
        "The store is temporarily unavailable, or the page is too far from the pages requested recently. Retry after " +
        "`Retry-After`: each attempt reads further.",
      headers: ["Retry-After"],
    },
  },
};

function renderSamples({ render, samples }: ErrorFamily) {
  return Object.entries(samples).map(([name, error]) => {
    const { status, body } = render(error, { requestId: "Kx3bTjQeoAMEVvg=" });
    const value: { readonly error: string } = JSON.parse(body);
    return { name, status, value };
  });
}

/** Returns a function that returns the error responses of an operation, with an example of each error. */
export function describeErrorFamily(family: ErrorFamily) {
  const { prefix, statuses } = family;
  const samples = renderSamples(family);
  const codes = [...new Set(samples.map(({ value }) => value.error))];
  const schema = objectComponent(
    `${prefix}Problem`,
    { error: { type: "string", enum: codes }, error_description: { type: "string" } },
    { description: "An error. `error` is stable; `error_description` is for people and may change." },
  );
  const responses = Object.entries(statuses).map(
    ([status, { name, description, headers = [], hasRateLimit = true }]) => {
      const examples = samples
        .filter((sample) => sample.status === Number(status))
        .map((sample) => [sample.name, { value: sample.value }] as const);
      const content = { "application/json": { schema, examples: Object.fromEntries(examples) } };
      const described = responseHeaders(headers, hasRateLimit ? fakturoidRateLimitHeaders : {});
      const response = { description, headers: described, content };
      return [status, new Component("responses", `${prefix}${name}`, response)] as const;
    },
  );
  return (...used: readonly number[]): Readonly<Record<string, Component>> =>
    Object.fromEntries(responses.filter(([status]) => used.includes(Number(status))));
}

/** Returns the error responses of an operation that reads events. */
export const errorResponses = describeErrorFamily(reading);

import { renderError } from "#shared/api/fakturoid/errors.ts";
import { toNumericId } from "#shared/api/fakturoid/numeric-id.ts";
import { maxPage } from "#shared/api/fakturoid/query.ts";
import { fakturoidRateLimitPolicy } from "#shared/api/fakturoid/rate.ts";
import { unknownResource } from "#shared/api/fakturoid/routes.ts";
import { subjectNotFound } from "#shared/api/fakturoid/subject-lookup.ts";
import { renderOauthError } from "#shared/api/oauth/handler.ts";
import { headerRefs, objectSchema } from "#shared/api/openapi/components.ts";
import { invalidTokenError } from "#shared/auth/authenticate.ts";
import { orgSuspendedError } from "#shared/auth/caller.ts";
import { ActivityError } from "#shared/errors.ts";

export const rateLimitHeaderNames = ["X-RateLimit-Policy", "X-RateLimit"] as const;

/** A number that stands for a subject in the examples. */
export const sampleSubject = toNumericId("con_acme").id;

type Status = { readonly name: string; readonly description: string; readonly headers: readonly string[] };

type Family = {
  /** What the names of its components begin with. */
  readonly prefix: "Fakturoid" | "Oauth";
  readonly render: typeof renderError;
  /** One sample of every error that is met there. */
  readonly samples: Readonly<Record<string, Error>>;
  readonly statuses: Readonly<Record<number, Status>>;
};

const anywhere = {
  user_agent: new ActivityError("required_field", 'Required header "User-Agent" is missing', { field: "User-Agent" }),
  org_suspended: orgSuspendedError(),
  rate_limited: new ActivityError(
    "rate_limited",
    `More than ${fakturoidRateLimitPolicy.limit} requests in a minute: wait 17 seconds.`,
    { retryAfter: 17 },
  ),
  store_unavailable: new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 }),
  // Of other paths and methods, which are no operations: `error` may name them all the same.
  not_found: unknownResource(),
  method_not_allowed: new ActivityError("method_not_allowed", "This can only be read.", { allow: "GET" }),
  defect: new Error("never shown"),
};

const statusesAnywhere = {
  429: {
    name: "TooManyRequests",
    description:
      "The token, or the client, has used up its window, or runs too many requests at a time that read much.",
    headers: ["Retry-After", ...rateLimitHeaderNames],
  },
  500: {
    name: "InternalError",
    description: "A defect on our side. Quote the request that the description names when you report it.",
    headers: rateLimitHeaderNames,
  },
};

const reading: Family = {
  prefix: "Fakturoid",
  render: renderError,
  samples: {
    ...anywhere,
    invalid_value: new ActivityError("invalid_value", `page must be a whole number from 1 to ${maxPage}.`, {
      field: "page",
    }),
    unauthenticated: invalidTokenError(),
    scope_missing: new ActivityError("scope_missing", "The token lacks the scope AIBooks.activity.READ."),
    too_broad: subjectNotFound(String(sampleSubject)),
    page_unavailable: new ActivityError("unavailable", "This page is far from any that was read lately: ask again.", {
      retryAfter: 1,
    }),
  },
  statuses: {
    ...statusesAnywhere,
    400: {
      name: "BadRequest",
      description:
        "A parameter has a bad value, the events do not show which subject a number stands for, or the header " +
        "`User-Agent` is missing.",
      headers: rateLimitHeaderNames,
    },
    401: {
      name: "Unauthorized",
      description: "The token is missing, malformed, unknown, expired or revoked: ask for a new one.",
      headers: ["WWW-Authenticate"],
    },
    403: {
      name: "Forbidden",
      description: "The token lacks the scope, or the operator has suspended the account.",
      headers: rateLimitHeaderNames,
    },
    404: {
      name: "NotFound",
      description: "There is no such path or account, or the token is not for the account: it tells neither apart.",
      headers: rateLimitHeaderNames,
    },
    503: {
      name: "Unavailable",
      description:
        "The store is busy or away, or the page is too far from any that was read lately: try again after the time " +
        "given. Each repeat gets further.",
      headers: ["Retry-After", ...rateLimitHeaderNames],
    },
  },
};

const oauth: Family = {
  prefix: "Oauth",
  render: renderOauthError,
  samples: {
    ...anywhere,
    invalid_value: new ActivityError("invalid_value", "The body must be JSON in UTF-8, without a byte order mark."),
    required_field: new ActivityError("required_field", "The request has no grant_type.", { field: "grant_type" }),
    grant_type: new ActivityError("invalid_value", "The only grant here is client_credentials.", {
      field: "grant_type",
    }),
    unauthenticated: new ActivityError(
      "unauthenticated",
      "The client is unknown, its secret is wrong, or it was revoked.",
    ),
    too_large: new ActivityError("too_large", "The body is too large."),
    unsupported_media_type: new ActivityError(
      "unsupported_media_type",
      "The body must be JSON, and the header Content-Type must say so: application/json.",
      { field: "Content-Type" },
    ),
  },
  statuses: {
    ...statusesAnywhere,
    400: {
      name: "BadRequest",
      description:
        "The body lacks a field or names another grant, the header `User-Agent` is missing, or the operator has " +
        "suspended the account of the client (`unauthorized_client`).",
      headers: rateLimitHeaderNames,
    },
    401: {
      name: "Unauthorized",
      description: "The client is unknown, its secret is wrong, or it was revoked.",
      headers: ["WWW-Authenticate"],
    },
    413: { name: "TooLarge", description: "The body is larger than the API takes.", headers: rateLimitHeaderNames },
    415: {
      name: "UnsupportedMediaType",
      description: "The body is neither JSON nor a form.",
      headers: rateLimitHeaderNames,
    },
    503: {
      name: "Unavailable",
      description: "The store is busy or away: try again after the time given.",
      headers: ["Retry-After", ...rateLimitHeaderNames],
    },
  },
};

function rendered({ render, samples }: Family) {
  return Object.entries(samples).map(([name, error]) => {
    const { status, body } = render(error, { requestId: "Kx3bTjQeoAMEVvg=" });
    const value: { readonly error: string } = JSON.parse(body);
    return { name, status, value };
  });
}

function schemaOf(family: Family) {
  return objectSchema(
    {
      error: { type: "string", enum: [...new Set(rendered(family).map(({ value }) => value.error))] },
      error_description: { type: "string" },
    },
    { description: "What went wrong. `error` is stable; `error_description` is for people and may change." },
  );
}

export const errorSchemas = { FakturoidProblem: schemaOf(reading), OauthProblem: schemaOf(oauth) };

/** One response component for each status of each family, with an example of each error that has it. */
export function describeErrorResponses() {
  const responses = [reading, oauth].flatMap((family) => {
    const problems = rendered(family);
    return Object.entries(family.statuses).map(([status, { name, description, headers }]) => {
      const examples = problems
        .filter((problem) => problem.status === Number(status))
        .map((problem) => [problem.name, { value: problem.value }] as const);
      const schema = { $ref: `#/components/schemas/${family.prefix}Problem` };
      const content = { "application/json": { schema, examples: Object.fromEntries(examples) } };
      return [`${family.prefix}${name}`, { description, headers: headerRefs(headers), content }] as const;
    });
  });
  return Object.fromEntries(responses);
}

/** References to the error responses of an operation that reads. */
export const errorResponseRefs = (...codes: readonly number[]) => problemRefs(reading, codes);

/** References to the error responses of an operation on tokens. */
export const oauthErrorResponseRefs = (...codes: readonly number[]) => problemRefs(oauth, codes);

function problemRefs({ prefix, statuses }: Family, codes: readonly number[]) {
  return Object.fromEntries(
    codes.map((status) => [String(status), { $ref: `#/components/responses/${prefix}${statuses[status]?.name}` }]),
  );
}

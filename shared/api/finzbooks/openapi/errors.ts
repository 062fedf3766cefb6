import { renderError } from "#shared/api/finzbooks/errors.ts";
import { type HeaderName, rateLimitHeaders, responseHeaders } from "#shared/api/openapi/headers.ts";
import { Component, schemaComponent } from "#shared/api/operations/component.ts";
import { invalidTokenError } from "#shared/auth/authenticate.ts";
import { orgSuspendedError } from "#shared/auth/caller.ts";
import { rateLimit } from "#shared/auth/rate-limit.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";

/** One sample of every error, rendered by the code that renders real errors, so that the description stays correct. */
const samples: Readonly<Record<ErrorCode | "defect", Error>> = {
  // These share a code with `invalid_value` or `org_mismatch`, whose samples come later and replace them.
  unsupported_media_type: new ActivityError("unsupported_media_type", "The body must be JSON."),
  too_broad: new ActivityError("too_broad", "Too few events match."),
  org_suspended: orgSuspendedError(),
  invalid_value: new ActivityError("invalid_value", "Unknown entity_type 'FOO'.", {
    field: "entity_type",
    details: { valid: documentTypes },
  }),
  required_field: new ActivityError(
    "required_field",
    "The token is bound to several organisations. Name one in X-AIBooks-Org.",
    { field: "X-AIBooks-Org" },
  ),
  unauthenticated: invalidTokenError(),
  scope_missing: new ActivityError("scope_missing", "The token lacks the scope AIBooks.activity.READ."),
  outside_viewer_limits: new ActivityError("outside_viewer_limits", "The viewer token is for another entity_id.", {
    field: "entity_id",
  }),
  org_mismatch: new ActivityError(
    "org_mismatch",
    "The token is not bound to the organisation in the request. Use a token of that organisation.",
  ),
  not_found: new ActivityError("not_found", "Resource not found. Check the path."),
  not_sealed: new ActivityError("not_sealed", "The log has no checkpoint with this event yet. Retry after 1 second.", {
    retryAfter: 1,
  }),
  method_not_allowed: new ActivityError("method_not_allowed", "This resource is read-only. Use GET or HEAD.", {
    allow: "GET, HEAD",
  }),
  conflict: new ActivityError("conflict", "The endpoint is disabled. Enable it before you retry a delivery."),
  too_large: new ActivityError("too_large", "The request is too large."),
  rate_limited: new ActivityError(
    "rate_limited",
    `More than ${rateLimit.requests} requests in a minute. Retry after 17 seconds.`,
    { retryAfter: 17 },
  ),
  unavailable: new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 }),
  defect: new Error("never shown"),
};

type ErrorStatus = { readonly name: string; readonly description: string };

/** The response component of each status. */
const statuses: Readonly<Record<number, ErrorStatus>> = {
  400: { name: "BadRequest", description: "A value is invalid, or a required value is missing." },
  401: { name: "Unauthorized", description: "The token is missing, malformed, unknown, expired or revoked." },
  403: {
    name: "Forbidden",
    description:
      "The token lacks the scope or is not bound to the named organisation, the request is outside the limits of a " +
      "viewer token, or the operator has suspended the organisation. See `message`.",
  },
  404: { name: "NotFound", description: "The path or the id does not exist, or no checkpoint covers the event yet." },
  409: { name: "Conflict", description: "The resource exists already, or its state does not allow the operation." },
  413: { name: "TooLarge", description: "The request is too large." },
  429: {
    name: "TooManyRequests",
    description: "The token has exceeded the rate limit, or sends too many expensive requests concurrently.",
  },
  500: { name: "InternalError", description: "Internal error. Quote `request_id` when you report it." },
  503: { name: "Unavailable", description: "The store is temporarily unavailable. Retry after `Retry-After`." },
};

const rendered = Object.values(samples).map((error) => {
  const { status, headers, body } = renderError(error, { requestId: "Kx3bTjQeoAMEVvg=" });
  const sample: { readonly code: string } = JSON.parse(body);
  return { status, headers, sample };
});

/** The codes of all errors. */
export const errorCodes: readonly string[] = [...new Set(rendered.map(({ sample }) => sample.code))];

const problemSchema = schemaComponent("Problem", {
  type: "object",
  description: "An error. `code` is stable; `message` is for people and may change.",
  required: ["code", "message"],
  properties: {
    code: { type: "string", enum: errorCodes },
    message: { type: "string" },
    field: { type: "string", description: "The invalid parameter, header or field of the body." },
    details: { type: "object", description: "Details that help to correct the request, such as the valid values." },
    request_id: { type: "string", description: "Present with every 5xx." },
  },
});

/** Errors after authentication have the rate limit headers. */
const headersOfStatus: Readonly<Record<number, readonly HeaderName[]>> = {
  400: rateLimitHeaders,
  401: ["WWW-Authenticate"],
  403: rateLimitHeaders,
  429: ["Retry-After", ...rateLimitHeaders],
  500: rateLimitHeaders,
  503: ["Retry-After", ...rateLimitHeaders],
};

function describeError(status: string, { name, description }: ErrorStatus): Component {
  const examples = rendered
    .filter((error) => error.status === Number(status))
    .map(({ sample }) => [sample.code, { value: sample }] as const);
  const content = { "application/json": { schema: problemSchema, examples: Object.fromEntries(examples) } };
  const headers = responseHeaders(headersOfStatus[Number(status)] ?? []);
  return new Component("responses", name, { description, headers, content });
}

const errors = Object.entries(statuses).map(([status, error]) => [status, describeError(status, error)] as const);

/** Returns the error responses of an operation, each with an example of every error that has the status. */
export function errorResponses(...codes: readonly number[]): Readonly<Record<string, Component>> {
  return Object.fromEntries(errors.filter(([status]) => codes.includes(Number(status))));
}

import { renderError } from "#shared/api/finzbooks/errors.ts";
import { headerRefs, rateLimitHeaderNames } from "#shared/api/openapi/components.ts";
import { invalidTokenError } from "#shared/auth/authenticate.ts";
import { orgSuspendedError } from "#shared/auth/caller.ts";
import { rateLimit } from "#shared/auth/rate-limit.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";

/**
 * One sample of every error, rendered by the code that renders the real ones: status, code and shape cannot drift
 * apart.
 */
const samples: Readonly<Record<ErrorCode | "defect", Error>> = {
  // These share a code with `invalid_value` or `org_mismatch`, whose samples come after them and are the ones shown.
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
  org_mismatch: new ActivityError(
    "org_mismatch",
    "The token is not bound to the organisation in the request. Use a token of that organisation.",
  ),
  not_found: new ActivityError("not_found", "There is no such resource."),
  method_not_allowed: new ActivityError("method_not_allowed", "This resource is read-only.", { allow: "GET, HEAD" }),
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

/** The component that describes each status, and when a caller meets it. */
const statuses: Readonly<Record<number, { readonly name: string; readonly description: string }>> = {
  400: { name: "BadRequest", description: "Something has a bad value, or something required is missing." },
  401: { name: "Unauthorized", description: "The token is missing, malformed, unknown, expired or revoked." },
  403: {
    name: "Forbidden",
    description:
      "The token lacks the scope or is not bound to the organisation named, or the operator has suspended the " +
      "organisation: `message` says which.",
  },
  404: { name: "NotFound", description: "There is no such path, or nothing of this id." },
  409: { name: "Conflict", description: "It exists already, or its state does not allow it." },
  413: { name: "TooLarge", description: "The request is larger than the API takes." },
  429: {
    name: "TooManyRequests",
    description: "The token has used up its window, or runs too many requests at a time that read much.",
  },
  500: { name: "InternalError", description: "A defect on our side. Quote the request_id when you report it." },
  503: { name: "Unavailable", description: "The store is busy or away: try again after the time given." },
};

const rendered = Object.values(samples).map((error) => {
  const { status, headers, body } = renderError(error, { requestId: "Kx3bTjQeoAMEVvg=" });
  const sample: { readonly code: string } = JSON.parse(body);
  return { status, headers, sample };
});

/** The code of every error that the API answers. */
export const errorCodes: readonly string[] = [...new Set(rendered.map(({ sample }) => sample.code))];

export const errorSchema = {
  type: "object",
  description: "What went wrong. `code` is stable; `message` is for people and may change.",
  required: ["code", "message"],
  properties: {
    code: { type: "string", enum: errorCodes },
    message: { type: "string" },
    field: { type: "string", description: "The parameter, header or field of the body that is at fault." },
    details: { type: "object", description: "What is needed to mend it, such as the list of valid values." },
    request_id: { type: "string", description: "Given with every 5xx." },
  },
};

/** Whatever is refused after the token was recognised tells how the token stands. */
const headersOfStatus: Readonly<Record<number, readonly string[]>> = {
  400: rateLimitHeaderNames,
  401: ["WWW-Authenticate"],
  403: rateLimitHeaderNames,
  429: ["Retry-After", ...rateLimitHeaderNames],
  500: rateLimitHeaderNames,
  503: ["Retry-After", ...rateLimitHeaderNames],
};

/** One response component for each status, with an example of each error that has it. */
export function describeErrorResponses() {
  const responses = Object.entries(statuses).map(([status, { name, description }]) => {
    const examples = rendered
      .filter((problem) => problem.status === Number(status))
      .map(({ sample }) => [sample.code, { value: sample }] as const);
    const content = {
      "application/json": { schema: { $ref: "#/components/schemas/Problem" }, examples: Object.fromEntries(examples) },
    };
    return [name, { description, headers: headerRefs(headersOfStatus[Number(status)] ?? []), content }] as const;
  });
  return Object.fromEntries(responses);
}

/** References to the error responses that an operation may answer with. */
export function errorResponseRefs(...codes: readonly number[]) {
  return Object.fromEntries(
    codes.map((status) => [String(status), { $ref: `#/components/responses/${statuses[status]?.name}` }]),
  );
}

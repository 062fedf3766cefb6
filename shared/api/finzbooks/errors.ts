import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";

/** Renders an error of this dialect. An error that is not an `ActivityError` is a defect: its message is not shown. */
export function renderError(error: unknown, { requestId }: Pick<HttpRequest, "requestId">): HttpResponse {
  const problem = error instanceof ActivityError ? error : new ActivityError("unavailable", "");
  const { status, code } =
    error instanceof ActivityError ? translateCode(error.code) : { status: 500, code: "internal.error" };
  const { field, details, retryAfter, allow } = problem.context;
  const body = {
    code,
    message: status === 500 ? "Internal error. Quote request_id when you report it." : problem.message,
    ...(field === undefined ? {} : { field }),
    ...(details === undefined ? {} : { details }),
    ...(status >= 500 ? { request_id: requestId } : {}),
  };
  const headers: Record<string, string> = { "content-type": "application/json" };
  // Required with 401 (RFC 9110, section 11.6.1).
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  if (allow !== undefined) headers.allow = allow;
  return { status, headers, body: JSON.stringify(body) };
}

function translateCode(code: ErrorCode): { status: number; code: string } {
  switch (code) {
    case "invalid_value":
    case "unsupported_media_type":
    case "too_broad":
      return { status: 400, code: "validation.invalid_value" };
    case "required_field":
      return { status: 400, code: "validation.required_field" };
    case "unauthenticated":
      return { status: 401, code: "authn.token_invalid" };
    case "scope_missing":
      return { status: 403, code: "authz.scope_missing" };
    case "outside_viewer_limits":
      return { status: 403, code: "authz.outside_viewer_limits" };
    case "org_mismatch":
    case "org_suspended":
      return { status: 403, code: "authz.org_mismatch" };
    case "not_found":
      return { status: 404, code: "not_found.resource" };
    case "not_sealed":
      return { status: 404, code: "not_found.not_sealed" };
    case "method_not_allowed":
      return { status: 405, code: "method.not_allowed" };
    case "conflict":
      return { status: 409, code: "conflict.duplicate" };
    case "too_large":
      return { status: 413, code: "validation.too_large" };
    case "rate_limited":
      return { status: 429, code: "rate_limit.exceeded" };
    case "unavailable":
      return { status: 503, code: "service.unavailable" };
  }
}

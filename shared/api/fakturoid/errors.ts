import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";

/** Returns the same error for an unknown account and for one of another token, so that callers cannot tell them apart. */
export function unknownResource(): ActivityError {
  return new ActivityError("not_found", "Resource not found. Check the path and the account.");
}

/** Renders an error of this dialect. An error that is not an `ActivityError` is a defect: its message is not shown. */
export function renderError(error: unknown, request: Pick<HttpRequest, "requestId">): HttpResponse {
  return renderErrorWith(error, request, translateCode);
}

export type TranslatedError = { readonly status: number; readonly error: string };

/** Renders an error with the status and the code that `translate` returns. */
export function renderErrorWith(
  error: unknown,
  { requestId }: Pick<HttpRequest, "requestId">,
  translate: (code: ErrorCode, field: string | undefined) => TranslatedError,
): HttpResponse {
  const known = error instanceof ActivityError ? error : null;
  const { field, retryAfter, allow } = known?.context ?? {};
  const { status, error: code } =
    known === null ? { status: 500, error: "internal_error" } : translate(known.code, field);
  const description = known?.message ?? `Internal error. Quote request ${requestId} when you report it.`;
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      // Required with 401 (RFC 9110, section 11.6.1).
      ...(status === 401 && { "www-authenticate": code === "invalid_client" ? 'Basic realm="oauth"' : "Bearer" }),
      ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
      ...(allow !== undefined && { allow }),
    },
    body: JSON.stringify({ error: code, error_description: description }),
  };
}

export function translateCode(code: ErrorCode): TranslatedError {
  switch (code) {
    case "invalid_value":
    case "required_field":
    case "too_broad":
      return { status: 400, error: "invalid_request" };
    case "unauthenticated":
      return { status: 401, error: "unauthorized" };
    case "scope_missing":
    case "outside_viewer_limits":
    case "org_mismatch":
    case "org_suspended":
      return { status: 403, error: "forbidden" };
    case "not_found":
    case "not_sealed":
      return { status: 404, error: "not_found" };
    case "method_not_allowed":
      return { status: 405, error: "method_not_allowed" };
    case "conflict":
      return { status: 409, error: "conflict" };
    case "too_large":
      return { status: 413, error: "payload_too_large" };
    case "unsupported_media_type":
      return { status: 415, error: "unsupported_media_type" };
    case "rate_limited":
      return { status: 429, error: "too_many_requests" };
    case "unavailable":
      return { status: 503, error: "service_unavailable" };
  }
}

import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";
import { formattedResponse, negotiateErrorFormat } from "./format/negotiate-format.ts";
import { toCompactXml } from "./format/xml.ts";

/** Renders an error of this dialect. An error that is not an `ActivityError` is a defect: its message is not shown. */
export function renderError(error: unknown, request: HttpRequest): HttpResponse {
  const format = negotiateErrorFormat(request);
  const known = error instanceof ActivityError ? error : null;
  const status = known === null ? 500 : toStatus(known.code);
  const message =
    known === null ? `internal error: quote request ${request.requestId} when you report it` : known.message;
  const body = format === "json" ? JSON.stringify({ error: message }) : toCompactXml({ data: { error: message } });
  const response = formattedResponse(format, body, status);
  const { retryAfter, allow } = known?.context ?? {};
  return {
    ...response,
    headers: {
      ...response.headers,
      // Required with 401 (RFC 9110, section 11.6.1).
      ...(status === 401 && { "www-authenticate": "Bearer" }),
      ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
      ...(allow !== undefined && { allow }),
    },
  };
}

function toStatus(code: ErrorCode): number {
  switch (code) {
    case "invalid_value":
    case "required_field":
    case "unsupported_media_type":
    case "too_broad":
    case "too_large":
      return 400;
    case "unauthenticated":
      return 401;
    case "scope_missing":
    case "outside_viewer_limits":
    case "org_mismatch":
    case "org_suspended":
      return 403;
    case "not_found":
    case "not_sealed":
      return 404;
    case "method_not_allowed":
      return 405;
    case "conflict":
      return 409;
    case "rate_limited":
      return 429;
    case "unavailable":
      return 503;
  }
}

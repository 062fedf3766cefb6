import { renderErrorWith, type TranslatedError, translateCode } from "#shared/api/fakturoid/errors.ts";
import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";

export function unknownClient(): ActivityError {
  return new ActivityError("unauthenticated", "Invalid or revoked client. Check its id and secret.");
}

/** Throws an error again, one of authentication as that of an unknown client. */
export function asUnknownClient(error: unknown): never {
  throw error instanceof ActivityError && error.code === "unauthenticated" ? unknownClient() : error;
}

export function missingField(field: string): ActivityError {
  return new ActivityError("required_field", `${field} is required.`, { field });
}

/** Renders an error with the codes of RFC 6749, section 5.2. */
export function renderOauthError(error: unknown, request: Pick<HttpRequest, "requestId">): HttpResponse {
  return renderErrorWith(error, request, translateOauthCode);
}

function translateOauthCode(code: ErrorCode, field: string | undefined): TranslatedError {
  if (code === "unauthenticated") return { status: 401, error: "invalid_client" };
  // A code of the RFC: clients do not know the dialect's `forbidden` here.
  if (code === "org_suspended") return { status: 400, error: "unauthorized_client" };
  if (code === "invalid_value" && field === "grant_type") return { status: 400, error: "unsupported_grant_type" };
  return translateCode(code);
}

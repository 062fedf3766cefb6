import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";

/** Why a request has failed, as a page shows it. The set is closed: a `switch` over it is exhaustive. */
export type ApiFailure =
  /** The session has ended, and the reader has not signed in again. */
  | { readonly kind: "expired" }
  /** The token may not do this. `message` is of the API. */
  | { readonly kind: "forbidden"; readonly message: string }
  /** The limit is reached for longer than the console waits by itself. */
  | { readonly kind: "rate_limited"; readonly retryAfterMs: number | null }
  | { readonly kind: "offline" }
  | { readonly kind: "not_found" }
  /** The API refuses the request as it is. `field` is the invalid parameter, if the API names it. */
  | { readonly kind: "invalid"; readonly message: string; readonly field: string | null }
  /** The resource exists already, or its state does not allow the operation. */
  | { readonly kind: "conflict"; readonly message: string; readonly field: string | null }
  /** The API or the way to it has failed. `requestId` identifies the request in the audit log. */
  | { readonly kind: "failed"; readonly message: string; readonly requestId: string | null };

/** Returns what an error of a request means. Throws the error if it is not an `ActivityLogError`. */
export function toFailure(error: unknown, isOnline: boolean): ApiFailure {
  if (!(error instanceof ActivityLogError)) throw error;
  const { code, message, field, requestId, retryAfterMs } = error;
  switch (code) {
    case "unauthenticated":
      return { kind: "expired" };
    case "forbidden":
      return { kind: "forbidden", message };
    case "conflict":
      return { kind: "conflict", message, field };
    case "rate_limited":
      return { kind: "rate_limited", retryAfterMs };
    case "not_found":
      return { kind: "not_found" };
    case "invalid_request":
      return { kind: "invalid", message, field };
    case "network":
      return isOnline ? { kind: "failed", message, requestId } : { kind: "offline" };
    case "timeout":
    case "unavailable":
    case "internal":
    case "invalid_response":
      return { kind: "failed", message, requestId };
  }
}

/**
 * Returns what an error of a request means. An error that is not an `ActivityLogError` is a defect of the console: it is
 * reported, and must not leave a page loading for ever.
 */
export function toFailureOrReport(error: unknown, isOnline: boolean, report: (error: unknown) => void): ApiFailure {
  if (error instanceof ActivityLogError) return toFailure(error, isOnline);
  report(error);
  return { kind: "failed", message: "The console could not read the response.", requestId: null };
}

/** Whether the same request may succeed later. */
export function isTransient({ kind }: ApiFailure): boolean {
  return kind === "rate_limited" || kind === "offline" || kind === "failed";
}

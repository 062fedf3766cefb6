/** What went wrong, in the same words for all dialects. The set is closed: a `switch` over it is exhaustive. */
export type ErrorCode =
  /** The API refuses the request as it is: 400, 405, 413, 415. */
  | "invalid_request"
  /** The credentials are missing, unknown, expired or revoked: 401. */
  | "unauthenticated"
  /** The credentials do not allow this: 403. */
  | "forbidden"
  | "not_found"
  /** The resource exists already, or its state does not allow the operation: 409. */
  | "conflict"
  | "rate_limited"
  /** The API, or a gateway in front of it, is temporarily unavailable: 502, 503, 504. */
  | "unavailable"
  /** The API has failed: 500. Quote `requestId` when you report it. */
  | "internal"
  /** No response arrived, and the request may have been handled. */
  | "network"
  /** No response arrived within `timeoutMs`, and the request may have been handled. */
  | "timeout"
  /** The response is not one of this API. */
  | "invalid_response";

/** What is known of an error; the rest is `null`. */
export type ErrorContext = {
  readonly status?: number;
  readonly apiCode?: string | null;
  readonly field?: string | null;
  readonly details?: unknown;
  readonly requestId?: string | null;
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
};

/** The only error that clients throw, except for the reason of a signal that the caller aborts. It has no credentials. */
export class ActivityLogError extends Error {
  override readonly name = "ActivityLogError";
  readonly code: ErrorCode;
  /** The HTTP status; `null` without a response. */
  readonly status: number | null;
  /** The dialect's own code, such as `authz.scope_missing`; `null` if it has none. */
  readonly apiCode: string | null;
  /** The invalid parameter, header or field of the body, if the API names it. */
  readonly field: string | null;
  /** Details of the FinzBooks dialect, such as the valid values. */
  readonly details: unknown;
  /** Identifies the request in the audit log. */
  readonly requestId: string | null;
  /** Milliseconds until a repeat can succeed, if the API states it. */
  readonly retryAfterMs: number | null;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.status = context.status ?? null;
    this.apiCode = context.apiCode ?? null;
    this.field = context.field ?? null;
    this.details = context.details ?? null;
    this.requestId = context.requestId ?? null;
    this.retryAfterMs = context.retryAfterMs ?? null;
  }
}

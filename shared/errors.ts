/**
 * What can be wrong with a request or an event. Each dialect maps every code to its own message and status.
 */
export type ErrorCode =
  | "invalid_value"
  | "required_field"
  | "unauthenticated"
  | "scope_missing"
  | "outside_viewer_limits"
  | "org_mismatch"
  | "org_suspended"
  | "not_found"
  | "not_sealed"
  | "method_not_allowed"
  | "conflict"
  | "too_broad"
  | "too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "unavailable";

export type ErrorContext = {
  /** The invalid parameter, header or field. */
  field?: string;
  /** What the caller needs to correct it, for example the valid values. */
  details?: Record<string, unknown>;
  /** Seconds until a retry can succeed. */
  retryAfter?: number;
  /** The methods that the resource accepts. */
  allow?: string;
  cause?: unknown;
};

/**
 * The error class for expected failures, independent of HTTP. Any other error is a defect, whose details callers never
 * see.
 */
export class ActivityError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = "ActivityError";
    this.code = code;
    this.context = context;
  }
}

/**
 * Everything that can be wrong with a request or an event. Each dialect maps every code to its own words and status.
 */
export type ErrorCode =
  | "invalid_value"
  | "required_field"
  | "unauthenticated"
  | "scope_missing"
  | "org_mismatch"
  | "org_suspended"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "too_broad"
  | "too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "unavailable";

export type ErrorContext = {
  /** The parameter, header or field that is at fault. */
  field?: string;
  /** What a caller needs to mend it, for example the list of valid values. */
  details?: Record<string, unknown>;
  /** Seconds until a repeat can succeed. */
  retryAfter?: number;
  /** Methods that the resource does accept. */
  allow?: string;
  cause?: unknown;
};

/**
 * The one error class of the product. It knows nothing of HTTP; whatever is not of this class is a defect and shown
 * to nobody.
 */
export class ActivityError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, facts: ErrorContext = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "ActivityError";
    this.code = code;
    this.context = facts;
  }
}

import { ActivityError } from "#shared/errors.ts";

/** What a service, or the way to it, calls trouble that passes. A refusal of access is a defect, and stays one. */
const passing = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  // SQS, by the name it has there.
  "RequestThrottled",
  "InternalServerError",
  "ServiceUnavailable",
  "TransactionConflictException",
  "TransactionInProgressException",
  "ReplicatedWriteConflictException",
  "ItemCollectionSizeLimitExceededException",
  // A clock that is off, and credentials at their end: both mend themselves.
  "InvalidSignatureException",
  "RequestTimeTooSkewed",
  "ExpiredTokenException",
  "TimeoutError",
  "AbortError",
  // An answer that is cut off, or that is not DynamoDB's.
  "SyntaxError",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/**
 * Runs a call to DynamoDB, SQS or KMS; trouble that passes becomes `ActivityError` `unavailable`, all else is thrown
 * on as it is.
 */
export async function mapTransientErrors<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && (passing.has(error.name) || passing.has(codeOf(error)) || statusOf(error) >= 500)) {
      throw new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2, cause: error });
    }
    throw error;
  }
}

/**
 * Whether DynamoDB held a write back for what its own key takes, and for nothing else: a limit of the table or of the
 * account is no single writer's. A table on demand has no throughput of its own to exceed, so where it says that
 * without a reason it is the key's; a `ThrottlingException` without one may be anything.
 */
export function isKeyThrottled(error: unknown): boolean {
  const cause = error instanceof ActivityError ? error.cause : error;
  if (!(cause instanceof Error) || !throttles.has(cause.name)) return false;
  const reasons = reasonsOf(cause);
  if (reasons.length === 0) return cause.name === "ProvisionedThroughputExceededException";
  return reasons.every((reason) => reason.endsWith("KeyRangeThroughputExceeded"));
}

const throttles = new Set(["ProvisionedThroughputExceededException", "ThrottlingException"]);

/** What DynamoDB says of why it held a call back. The two errors that can say so spell the field differently. */
function reasonsOf(error: Error): string[] {
  const given =
    "ThrottlingReasons" in error ? error.ThrottlingReasons : "throttlingReasons" in error && error.throttlingReasons;
  if (!Array.isArray(given)) return [];
  return given.map((entry: { readonly reason?: unknown }) => String(entry.reason));
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

/** The HTTP status that the SDK notes on its errors; 0 where there was no answer. */
function statusOf(error: Error): number {
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return 0;
  return Number(metadata.httpStatusCode);
}

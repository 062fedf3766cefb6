import { ActivityError } from "#shared/errors.ts";

/** Names and codes of transient errors of a service or the network. Access denied is a defect, so it is not mapped. */
const transientErrors = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  // The name in SQS.
  "RequestThrottled",
  "InternalServerError",
  "ServiceUnavailable",
  "TransactionConflictException",
  "TransactionInProgressException",
  "ReplicatedWriteConflictException",
  "ItemCollectionSizeLimitExceededException",
  // A wrong clock and expired credentials: the SDK corrects both.
  "InvalidSignatureException",
  "RequestTimeTooSkewed",
  "ExpiredTokenException",
  "TimeoutError",
  "AbortError",
  // The response was cut off, or did not come from DynamoDB.
  "SyntaxError",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/**
 * Waits for a call to DynamoDB, SQS or KMS. Throws `ActivityError` `unavailable` for a transient error, and any other error
 * unchanged.
 */
export async function mapTransientErrors<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && isTransient(error)) {
      throw new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2, cause: error });
    }
    throw error;
  }
}

function isTransient(error: Error): boolean {
  return transientErrors.has(error.name) || transientErrors.has(codeOf(error)) || statusOf(error) >= 500;
}

/**
 * Whether DynamoDB throttled a write only because of its key, and not because of a limit of the table or account. An
 * on-demand table has no throughput to exceed, so without a reason `ProvisionedThroughputExceededException` means the key.
 * `ThrottlingException` without a reason may have any cause.
 */
export function isKeyThrottled(error: unknown): boolean {
  const cause = error instanceof ActivityError ? error.cause : error;
  if (!(cause instanceof Error) || !throttlingErrors.has(cause.name)) return false;
  const reasons = reasonsOf(cause);
  if (reasons.length === 0) return cause.name === "ProvisionedThroughputExceededException";
  return reasons.every((reason) => reason.endsWith("KeyRangeThroughputExceeded"));
}

const throttlingErrors = new Set(["ProvisionedThroughputExceededException", "ThrottlingException"]);

/** Returns the reasons of a throttled call. The two errors with reasons spell the field differently. */
function reasonsOf(error: Error): string[] {
  const reasons =
    "ThrottlingReasons" in error ? error.ThrottlingReasons : "throttlingReasons" in error && error.throttlingReasons;
  if (!Array.isArray(reasons)) return [];
  return reasons.map((entry: { readonly reason?: unknown }) => String(entry.reason));
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

/** Returns the HTTP status of an error of the SDK; 0 without a response. */
function statusOf(error: Error): number {
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return 0;
  return Number(metadata.httpStatusCode);
}

import { ActivityError } from "../events/errors.ts";

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
export async function calling<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && (passing.has(error.name) || passing.has(codeOf(error)) || statusOf(error) >= 500)) {
      throw new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2, cause: error });
    }
    throw error;
  }
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

import { ActivityError } from "../events/errors.ts";

/** What DynamoDB, or the way to it, calls trouble that passes. A refusal of access is a defect, and stays one. */
const passing = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "InternalServerError",
  "ServiceUnavailable",
  "TransactionConflictException",
  "TransactionInProgressException",
  "ItemCollectionSizeLimitExceededException",
  "TimeoutError",
  "AbortError",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** Runs a call to DynamoDB; trouble that passes becomes `ActivityError` `unavailable`, all else is thrown on as it is. */
export async function calling<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && (passing.has(error.name) || ("code" in error && passing.has(String(error.code))))) {
      throw new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2, cause: error });
    }
    throw error;
  }
}

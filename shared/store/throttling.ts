import { ActivityError } from "../events/errors.ts";

const throttlingErrors: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
]);

/**
 * Whether a write failed because the keys that it goes to take no more. DynamoDB says which limit it was: one of the
 * account or of the whole table is no organisation's. See "ThrottlingReason" in its API reference, for instance
 * `IndexWriteKeyRangeThroughputExceeded`. Without reasons it is taken for one of the keys.
 */
export function isKeyThrottled(error: unknown): boolean {
  if (!(error instanceof ActivityError) || error.code !== "unavailable") return false;
  const { cause } = error.facts;
  if (!(cause instanceof Error) || !throttlingErrors.has(cause.name)) return false;
  const reasons = reasonsOf(cause);
  return reasons.length === 0 || reasons.some((reason) => reason.includes("KeyRange"));
}

/** DynamoDB's two exceptions spell the field differently. */
function reasonsOf(error: object): string[] {
  const listed = "ThrottlingReasons" in error ? error.ThrottlingReasons : undefined;
  const reasons = listed ?? ("throttlingReasons" in error ? error.throttlingReasons : undefined);
  if (!Array.isArray(reasons)) return [];
  return reasons.flatMap((one: unknown) =>
    typeof one === "object" && one !== null && "reason" in one && typeof one.reason === "string" ? [one.reason] : [],
  );
}

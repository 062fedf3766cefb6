import { readCost } from "./read-cost.ts";

/** The attribute of a token's item that holds until when a lease is taken, in Unix milliseconds. */
export function leaseAttribute(slot: number): string {
  return `read_lease_${slot}`;
}

/** The key of a token's item. */
const key = ["pk", "sk"];

/**
 * What a request that uses a token may name in its update of the token's item: the key, the rate, and the leases. By
 * nothing of it can a token be made, changed, or brought back.
 */
export const usageAttributes: readonly string[] = [
  ...key,
  "rate_window",
  "rate_used",
  ...Array.from({ length: readCost.maxConcurrent }, (_, at) => leaseAttribute(at + 1)),
];

/**
 * What the function that issues access tokens may name besides: they are on their client's item, unless it was revoked.
 */
export const issuerAttributes: readonly string[] = [...usageAttributes, "access", "revoked_at"];

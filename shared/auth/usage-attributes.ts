import { readCost } from "./rate-limit-cost.ts";

/** Returns the attribute of a token's item with the end of a lease, in Unix milliseconds. */
export function leaseAttribute(slot: number): string {
  return `read_lease_${slot}`;
}

/** The key of a token's item. */
const key = ["pk", "sk"];

/**
 * The attributes that a request may use in an update of its token's item: the key, the rate and the leases. None of
 * them allows creating, changing or restoring a token.
 */
export const usageAttributes: readonly string[] = [
  ...key,
  "rate_window",
  "rate_used",
  ...Array.from({ length: readCost.maxConcurrent }, (_, at) => leaseAttribute(at + 1)),
];

/** The attributes for revoking a token. None of them allows giving it access to more. */
export const revocationAttributes: readonly string[] = [...key, "revoked_at", "revoked_orgs"];

/** The attributes for issuing access tokens, which are stored with their client unless it was revoked. */
export const issuerAttributes: readonly string[] = [...usageAttributes, "access", "revoked_at"];

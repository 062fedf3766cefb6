/**
 * The cost of reading, in DynamoDB read units. A page of 500 ordinary events (0.95 KB each) takes 58 units, about 100
 * over 32 shards, and is included. Units beyond cost twice as much: a search through 25,000 events (2,900 units) counts
 * as 88.
 */
export const readCost = {
  /** Included in every request. */
  plainUnits: 128,
  /** Units beyond `plainUnits` that count as one more request. */
  unitsPerRequest: 32,
  /** A request that reads more is expensive: it needs a lease, of which a token has few. */
  expensiveUnits: 256,
  /** Estimated cost of the first read until it ends: half of 1 MB, the maximum of one read. */
  firstReadUnits: 64,
  /** Concurrent expensive requests of one token. */
  maxConcurrent: 3,
  /** Longer than the timeout of every function that can hold a lease, at most 28 seconds (changes). */
  leaseMs: 30_000,
  /** How long an instance assumes that a token has no free lease after one was denied. */
  refusedMs: 2_000,
  /** Time limit of reading, which leaves the function time to write the charge. */
  longestMs: 12_000,
} as const;

/** Returns how many requests a request with so many read units counts as. */
export function toRequestCount(units: number): number {
  return 1 + Math.max(0, Math.ceil((units - readCost.plainUnits) / readCost.unitsPerRequest));
}

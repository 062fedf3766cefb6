/**
 * What reading costs, in read units of DynamoDB. A page of 500 ordinary events (0.95 KB each) is 58 units, and about
 * 100 over 32 shards, each of which is read for more than its part; no caller is charged for reading as much. What is
 * read beyond is mostly not shown, and costs twice what a page does: a search through 25,000 events (2,900 units)
 * counts as 88.
 */
export const readCost = {
  /** Included in every request. */
  plainUnits: 128,
  /** Beyond that, each of these counts as one more request. */
  unitsPerRequest: 32,
  /** A request that would read more than this is expensive: a token runs few of those at a time. */
  expensiveUnits: 256,
  /** What the first read is taken to consume until it has ended: half of 1 MB, the most that one gives. */
  firstReadUnits: 64,
  /** Expensive requests that one token may run at a time. */
  maxConcurrent: 3,
  /** A lease outlives every function that can hold it: that of webhooks ends last, after 25 seconds. */
  leaseMs: 30_000,
  /** For how long an instance takes a token's leases for taken once it was refused one. */
  refusedMs: 2_000,
  /** Reading stops early enough for the charge to be written within the function's time. */
  longestMs: 12_000,
} as const;

/** How many requests a request counts as that has read so many units. */
export function toRequestCount(units: number): number {
  return 1 + Math.max(0, Math.ceil((units - readCost.plainUnits) / readCost.unitsPerRequest));
}

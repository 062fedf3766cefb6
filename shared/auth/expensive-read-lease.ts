/** One of a token's leases for expensive requests. Its end distinguishes it from the next lease of the same slot. */
export type ExpensiveReadLease = {
  readonly slot: number;
  /** Unix milliseconds. */
  readonly until: number;
};

/** The result if all leases are taken. */
export type NoExpensiveReadLease = {
  readonly slot: null;
  /** When the first lease ends, in Unix milliseconds; `null` if unknown. */
  readonly freeAt: number | null;
};

/** One of a token's leases for expensive requests. Its end tells it from the next one of the same slot. */
export type ReadLease = {
  readonly slot: number;
  /** Unix milliseconds. */
  readonly until: number;
};

/** All leases are taken. */
export type NoReadLease = {
  readonly slot: null;
  /** When the first of them ends, in Unix milliseconds; `null` where that is not known. */
  readonly freeAt: number | null;
};

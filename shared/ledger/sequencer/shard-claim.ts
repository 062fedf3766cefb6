/**
 * The sequencer's progress in one shard of the stream. A batch is claimed before any of its records is appended, so that
 * every later batch of the shard knows which records may have been appended, and from where to look for them.
 */
export type ShardClaim = {
  /** Counts the claims of the shard, for optimistic locking. */
  readonly version: number;
  /** All records of the shard up to this sequence number are in the ledger. */
  readonly sequencedTo: bigint;
  /** The greatest sequence number that was claimed. */
  readonly claimedTo: bigint;
  /** The logs to which records after `sequencedTo` were claimed: none of these is in a chunk before this index. */
  readonly scanFrom: ReadonlyMap<string, number>;
};

export type ShardClaims = {
  /** Returns the claim of a shard, read consistently; `null` if nothing of it was claimed. */
  get(shard: string): Promise<ShardClaim | null>;
  /** Stores a claim over that of the version before. Returns `false` if another version is stored. */
  put(shard: string, claim: ShardClaim): Promise<boolean>;
};

/** The claim of a shard before its first batch. Sequence numbers of streams are positive. */
export const initialClaim: ShardClaim = { version: 0, sequencedTo: 0n, claimedTo: 0n, scanFrom: new Map() };

/** The records of a batch that are to be claimed: their first and last sequence number, and the size of each log. */
export type ClaimedRange = {
  readonly first: bigint;
  readonly last: bigint;
  readonly logSizes: ReadonlyMap<string, number>;
};

/**
 * Returns the logs to which records of a batch may have been appended already, with the index from which to look for them.
 * Empty if the batch begins after all that was claimed: Lambda then has finished everything before it.
 */
export function repeatedLogs({ claimedTo, scanFrom }: ShardClaim, first: bigint): ReadonlyMap<string, number> {
  return first > claimedTo ? new Map() : scanFrom;
}

/** Returns the claim that adds a batch to the one before. */
export function nextClaim(before: ShardClaim, { first, last, logSizes }: ClaimedRange): ShardClaim {
  const isRepeated = first <= before.claimedTo;
  return {
    version: before.version + 1,
    sequencedTo: isRepeated ? before.sequencedTo : before.claimedTo,
    claimedTo: last > before.claimedTo ? last : before.claimedTo,
    // Of a log that was claimed before, the earlier size: its records may follow from there.
    scanFrom: new Map([...logSizes, ...repeatedLogs(before, first)]),
  };
}

import type { LedgerEntry } from "#shared/ledger/entry.ts";
import type { LedgerReader, LedgerWriter } from "#shared/ledger/ports.ts";
import type { ShardClaims } from "./shard-claim.ts";

/** A record of the stream of the events table: the log that it belongs to, and its entry. */
export type SequencerRecord = {
  /** The stream's sequence number. It orders the records of one shard, and means nothing across shards. */
  readonly sequenceNumber: bigint;
  readonly log: string;
  readonly entry: LedgerEntry;
  /**
   * When the table stored an event whose writer's clock was slow. It seems older than it is, so the reconciler may have
   * appended it since. Absent for all others: the reconciler leaves them to the sequencer while they are in the stream.
   */
  readonly reconcilableSince?: Date;
};

export type SequencerPorts = {
  readonly ledger: LedgerReader & LedgerWriter;
  readonly claims: ShardClaims;
  now(): Date;
  /** Waits up to 20 ms, at random, so that sequencers in conflict do not meet again. */
  waitAfterConflict(): Promise<unknown>;
};

/** Logs that are read and appended to at the same time: as many as the client has connections. */
export const maxConcurrentLogs = 50;

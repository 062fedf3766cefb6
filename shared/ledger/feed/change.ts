import type { ActivityEvent } from "#shared/events/event.ts";
import type { LedgerEntry } from "#shared/ledger/entry.ts";

/** An entry of a log with its number and the time of its chunk. */
export type SequencedEntry = {
  /** Counts from 1: the index of the entry + 1. */
  readonly sequence: number;
  readonly sealed_at: string;
  readonly entry: LedgerEntry;
};

/**
 * Why a change has no event: its kind is not shown, this release cannot read the event, the event was modified or
 * something else was written to the events table, or the table does not have the event any more.
 */
export const withheldReasons = ["hidden", "unreadable", "tampered", "missing"] as const;

export type WithheldReason = (typeof withheldReasons)[number];

/** One number of a log. Every number is listed, also that of an event that is not shown. */
export type Change = Pick<SequencedEntry, "sequence" | "sealed_at"> &
  (
    | { readonly activity: ActivityEvent; readonly reason?: undefined }
    | { readonly activity: null; readonly reason: WithheldReason }
  );

/** Consecutive changes, oldest first, and the last number that the log had given when they were read. */
export type ChangePage = { readonly changes: readonly Change[]; readonly latest_sequence: number };

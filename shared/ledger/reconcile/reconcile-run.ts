import type { EventIdentity } from "#shared/ledger/sequencer/appended-records.ts";
import type { EventRange } from "./event-range.ts";

/** What a run has found and done so far. */
export type ReconcileCounts = {
  /** Events of the table that were read. */
  events: number;
  /** Entries that were appended, or in a dry run would be. */
  missing: number;
  /** Events without an entry that are left to the sequencer. */
  tooYoung: number;
  /** Events without an entry that this release cannot read. */
  unreadable: number;
};

/**
 * The comparison of one log with its events, as far as it has come. Its size does not depend on the number of events:
 *
 * 1. `events` reads the keys of all events by time, and sums them up in ranges.
 * 2. `entries` reads the log, and subtracts its entries. Ranges without a difference are complete.
 * 3. `list` reads the log again, and lists its entries in some of the other ranges.
 * 4. `append` reads the events of these ranges again, and appends those without an entry. Steps 3 and 4 are repeated.
 */
export type ReconcileRun = {
  /** Later events are not compared. */
  readonly startedAt: string;
  step: "events" | "entries" | "list" | "append" | "done";
  /** The event after which the step `events` continues, or `append` in the first range; `null` at the beginning of either. */
  after: EventIdentity | null;
  /** Events of a range, after which the next one begins. */
  capacity: number;
  /** In the order of events; after the step `entries` only those with a difference that are not done. */
  ranges: EventRange[];
  /** How many ranges differed. */
  differing: number;
  /** Entries of the log that the step `entries` has compared. */
  comparedTo: number;
  /** How many of the ranges, from the first, have all their entries up to `listedTo` in `listed`. */
  group: number;
  listedTo: number;
  /** Fingerprints of entries. */
  listed: Set<bigint>;
  readonly counts: ReconcileCounts;
};

/** A run as it is stored, to be continued by the next call. */
export type StoredRun = { readonly run: ReconcileRun; readonly version: number };

/** Which run: a dry run has a state of its own. */
export type RunKey = { readonly log: string; readonly isDryRun: boolean };

export type ReconcileRunStore = {
  get(key: RunKey): Promise<StoredRun | null>;
  /** Stores a run over `version`, `null` for the first. Returns `false` if another version is stored. */
  put(key: RunKey, stored: StoredRun): Promise<boolean>;
  delete(key: RunKey, version: number): Promise<void>;
};

/** Events of the first ranges. It is doubled whenever there are too many ranges. */
const initialCapacity = 1_000;

export function createRun(now: Date): ReconcileRun {
  return {
    startedAt: now.toISOString(),
    step: "events",
    after: null,
    capacity: initialCapacity,
    ranges: [],
    differing: 0,
    comparedTo: 0,
    group: 0,
    listedTo: 0,
    listed: new Set(),
    counts: { events: 0, missing: 0, tooYoung: 0, unreadable: 0 },
  };
}

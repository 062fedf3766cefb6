import type { LedgerReader, LedgerWriter } from "#shared/ledger/ports.ts";
import type { EventIdentity } from "#shared/ledger/sequencer/appended-records.ts";
import type { ParseEvent, StreamItem } from "#shared/ledger/sequencer/to-entry.ts";
import type { ReconcileRunStore } from "./reconcile-run.ts";

/** What a comparison needs of an event. `recorded_at` is the time of its writer. */
export type EventKey = EventIdentity & { readonly recorded_at: string };

export type EventKeyRange = {
  /** The page begins with the events of this time, or after an event; both `null` for the oldest event. */
  readonly since: string | null;
  readonly after: EventIdentity | null;
  readonly until: string;
};

/** Events by time, oldest first, and the event after which the next page begins; `null` at the end. */
export type EventKeyPage = { readonly keys: readonly EventKey[]; readonly next: EventIdentity | null };

export type ReconcileEvents = {
  /** Lists the keys of events from all shards of an organisation. Items that are not events are left out. */
  listKeys(orgId: string, range: EventKeyRange): Promise<EventKeyPage>;
  /** Reads the items of up to 256 events, in no order. Those that do not exist are not in the result. */
  getItems(orgId: string, keys: readonly EventIdentity[]): Promise<readonly StreamItem[]>;
};

export type ReconcilePorts = {
  readonly events: ReconcileEvents;
  readonly ledger: LedgerReader & LedgerWriter;
  readonly runs: ReconcileRunStore;
  readonly parseEvent: ParseEvent;
  now(): Date;
  waitAfterConflict(): Promise<unknown>;
};

/** What an entry records: an event, another change of the events table, or an anchor of all logs. */
export type EntryKind = "event" | "tamper" | "anchor";

/** An entry for an event: its key, and what the fan-out and the feed need without reading the event. */
export type EventEntry = {
  readonly kind: "event";
  /** `evt_` and 32 hexadecimal digits. */
  readonly event_id: string;
  readonly entity_id: string;
  readonly entity_type: string;
  readonly action: string;
  readonly occurred_at: string;
  /** The writer's time, or the table's if the clock of the writer is wrong. */
  readonly recorded_at: string;
  /** Whether webhooks are sent when the entry is appended. */
  readonly notifies: boolean;
  /** SHA-256 of the canonical event. */
  readonly sha256: Uint8Array;
};

/** An entry for a change of the events table that is not an added event. */
export type TamperEntry = {
  readonly kind: "tamper";
  /** The key of the changed item, cut to `maxTamperKeyBytes` each. */
  readonly timeline: string;
  readonly position: string;
  /** SHA-256 of the canonical change. */
  readonly sha256: Uint8Array;
};

/** An entry for an anchor, in the log of anchors. */
export type AnchorEntry = {
  readonly kind: "anchor";
  readonly sha256: Uint8Array;
};

/** One entry of a log. Its leaf commits to its kind, its digest and the time of its chunk. */
export type LedgerEntry = EventEntry | TamperEntry | AnchorEntry;

/** UTF-8 bytes of each part of the key of a changed item. DynamoDB allows 3 KB, and 256 entries share one item. */
export const maxTamperKeyBytes = 256;

import { sha256 } from "#sha256";
import { clockSkewMs, trustedRecordedAt } from "#shared/events/clock-skew.ts";
import type { EventOfAnyRelease } from "#shared/events/event.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import { unknownOrgLog } from "#shared/ledger/chunk.ts";
import { type EventEntry, maxTamperKeyBytes, type TamperEntry } from "#shared/ledger/entry.ts";
import { canonicalChange, canonicalEvent } from "#shared/ledger/formats/canonical.ts";
import type { SequencerRecord } from "./ports.ts";

/** An item of the events table in a record of its stream. Only some attributes need to be text. */
export type StreamItem = Readonly<Record<string, { readonly S?: string | undefined }>>;

/** A change of the events table, as its stream reports it. */
export type TableChange = {
  /** `INSERT`, `MODIFY` or `REMOVE`. */
  readonly operation: string;
  readonly key: StreamItem;
  readonly old: StreamItem | null;
  readonly new: StreamItem | null;
  /** When the table stored it, by DynamoDB's clock. */
  readonly stored: Date | null;
};

/**
 * Parses an added item as an event, also one of a later release: an entry is for ever, and must not say `tamper` because a
 * deployment was not finished. Throws if the item is not an event.
 */
export type ParseEvent = (item: StreamItem) => EventOfAnyRelease;

export type AddressedEntry = Pick<SequencerRecord, "log" | "reconcilableSince"> & {
  readonly entry: EventEntry | TamperEntry;
};

/**
 * Returns the entry of a change, and the log that it belongs to: an event entry for an added event, a tamper entry for any
 * other change. Never throws, so that every change of the table gets an entry.
 */
export function toEntry(change: TableChange, parseEvent: ParseEvent): AddressedEntry {
  const log = logOf(change);
  const { operation, new: added, stored } = change;
  const event = operation === "INSERT" && added !== null ? tryParse(parseEvent, added) : null;
  if (event === null || added === null) return { log, entry: tamperEntry(change) };
  const isClockSlow = stored !== null && (clockSkewMs(event, stored) ?? 0) < 0;
  return { log, entry: eventEntry(event, added, stored), ...(isClockSlow && { reconcilableSince: stored }) };
}

function tryParse(parseEvent: ParseEvent, item: StreamItem): EventOfAnyRelease | null {
  try {
    return parseEvent(item);
  } catch {
    return null;
  }
}

function eventEntry(event: EventOfAnyRelease, item: StreamItem, stored: Date | null): EventEntry {
  const { event_id, entity_id, entity_type, action, occurred_at } = event;
  return {
    kind: "event",
    event_id,
    entity_id,
    entity_type,
    action,
    occurred_at,
    recorded_at: trustedRecordedAt(event, stored),
    notifies: event.notify === null,
    sha256: sha256(canonicalEvent(item)),
  };
}

function tamperEntry({ operation, key, old, new: added }: TableChange): TamperEntry {
  return {
    kind: "tamper",
    timeline: cutKey(key.timeline),
    position: cutKey(key.position),
    sha256: sha256(canonicalChange({ operation, key, old, new: added })),
  };
}

/** The organisation that the item belonged to before the change: tampering cannot move it to the log of another one. */
function logOf({ old, new: added }: TableChange): string {
  const orgId = (old ?? added)?.org_id?.S;
  return orgId !== undefined && orgIdPattern.test(orgId) ? orgId : unknownOrgLog;
}

const encoder = new TextEncoder();

/** Cuts a part of the key at the end of a character. Half of a surrogate pair, which no UTF-8 has, is replaced. */
function cutKey(part: { readonly S?: string | undefined } | undefined): string {
  const text = (part?.S ?? "").toWellFormed();
  const { read } = encoder.encodeInto(text, new Uint8Array(maxTamperKeyBytes));
  return text.slice(0, read);
}

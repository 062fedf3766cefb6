import type { Chunk } from "#shared/ledger/chunk.ts";
import type { EventEntry, LedgerEntry } from "#shared/ledger/entry.ts";
import type { SequencerRecord } from "./ports.ts";

/** The source of chunks that the reconciler appends. No shard of a stream has this name. */
export const reconcilerShard = "reconcile";

/** What identifies an event in its log. An id alone does not: writers have used ids again. */
export type EventIdentity = Pick<EventEntry, "event_id" | "entity_id" | "occurred_at">;

export function identify({ event_id, entity_id, occurred_at }: EventIdentity): string {
  return `${occurred_at} ${event_id} ${entity_id}`;
}

/**
 * Returns the records of a shard that are not in a chunk. The chunks of a shard have its records in their order, so the
 * last one says which are. The reconciler has no order: what it appends, or may have appended, is compared by its identity.
 */
export function withoutAppended(
  records: readonly SequencerRecord[],
  { source, entries }: Pick<Chunk, "source" | "entries">,
  shard: string,
): readonly SequencerRecord[] {
  if (shard === reconcilerShard || source.shard === reconcilerShard) return withoutEvents(records, entries);
  if (source.shard !== shard) return records;
  return records.filter(({ sequenceNumber }) => sequenceNumber > BigInt(source.upTo));
}

/** Returns the records whose events are not among the entries. */
export function withoutEvents(
  records: readonly SequencerRecord[],
  entries: readonly LedgerEntry[],
): readonly SequencerRecord[] {
  const found = new Set(entries.flatMap((entry) => (entry.kind === "event" ? [identify(entry)] : [])));
  return records.filter(({ entry }) => entry.kind !== "event" || !found.has(identify(entry)));
}

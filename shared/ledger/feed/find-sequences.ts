import type { ActivityEvent } from "#shared/events/event.ts";
import { type Chunk, chunkEntries } from "#shared/ledger/chunk.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { findStartTile } from "./find-start-tile.ts";

/** What identifies an event in its log, and when it was recorded. */
export type FindableEvent = Pick<ActivityEvent, "event_id" | "entity_id" | "occurred_at" | "recorded_at">;

/** Where an event is looked for: around the time at which it was recorded. */
type SearchRange = { readonly beforeMs: number; readonly afterMs: number; readonly maxReads: number };

const minuteMs = 60_000;

/**
 * Most events are sequenced within a second, and few clocks are wrong. The second range is as wide as the log tolerates
 * wrong clocks, and reads on in case the sequencer was late.
 */
const ranges: readonly SearchRange[] = [
  { beforeMs: 2_000, afterMs: 10_000, maxReads: 4 },
  { beforeMs: 5 * minuteMs, afterMs: Infinity, maxReads: 50 },
];

/** Chunks of the first read of a range. Each further read asks for twice as many, so that four of them read a whole tile. */
const firstReadChunks = 32;

/**
 * Finds the sequences of events of one organisation. An event is mapped to `null` if it is not in the log, or too far from
 * the time at which it was recorded. Events of about the same time share reads. Pass a metered reader to count these.
 */
export async function findSequences<E extends FindableEvent>(
  ledger: LedgerReader,
  log: string,
  events: readonly E[],
): Promise<ReadonlyMap<E, number | null>> {
  const found = new Map<E, number | null>(events.map((event) => [event, null]));
  const newest = await ledger.getNewestChunk(log);
  if (newest === null) return found;
  const sorted = events.toSorted((a, b) => (a.recorded_at < b.recorded_at ? -1 : 1));
  for (const range of ranges) {
    const pending = sorted.filter((event) => found.get(event) === null);
    for (const [event, sequence] of await searchRange(ledger, { log, newest, pending, range }))
      found.set(event, sequence);
  }
  return found;
}

type Search<E> = {
  readonly log: string;
  readonly newest: Chunk;
  /** In the order in which they were recorded. */
  readonly pending: readonly E[];
  readonly range: SearchRange;
};

/** Looks for events, one after the other. What is read for one is not read again for the next. */
async function searchRange<E extends FindableEvent>(
  ledger: LedgerReader,
  { log, newest, pending, range }: Search<E>,
): Promise<ReadonlyMap<E, number>> {
  const found = new Map<E, number>();
  const byKey = Map.groupBy(pending, keyOf);
  const timeOfTile = createTileTimes(ledger, log);
  let read = { size: 0, time: 0, isEnd: false };
  for (const event of pending) {
    const recorded = Date.parse(event.recorded_at);
    const isRead = read.isEnd || read.time > recorded + range.afterMs;
    if (found.has(event) || isRead) continue;
    const tile = await findStartTile(newest.size, recorded - range.beforeMs, timeOfTile);
    let next: number | null = Math.max(read.size, tile * chunkEntries);
    for (let count = 0; count < range.maxReads && next !== null && !found.has(event); count++) {
      const page = await ledger.listChunks(log, { from: next, limit: firstReadChunks * 2 ** Math.min(count, 6) });
      for (const chunk of page.chunks) addFound(found, chunk, byKey);
      const last = page.chunks.at(-1);
      const time = last === undefined ? read.time : Date.parse(last.sealed_at);
      read = { size: last?.size ?? read.size, time, isEnd: page.next === null };
      next = read.time > recorded + range.afterMs ? null : page.next;
    }
  }
  return found;
}

function addFound<E>(found: Map<E, number>, { first, entries }: Chunk, byKey: ReadonlyMap<string, readonly E[]>): void {
  for (const [at, entry] of entries.entries()) {
    const events = entry.kind === "event" ? (byKey.get(keyOf(entry)) ?? []) : [];
    for (const event of events) found.set(event, first + at + 1);
  }
}

/** An id alone does not identify an event: writers have used ids again. */
function keyOf({ event_id, entity_id, occurred_at }: Omit<FindableEvent, "recorded_at">): string {
  return `${occurred_at} ${event_id} ${entity_id}`;
}

/** Returns a function that reads when the first chunk of a tile was sequenced, once each. Every tile starts with a chunk. */
function createTileTimes(ledger: LedgerReader, log: string): (tile: number) => Promise<number> {
  const times = new Map<number, number>();
  return async (tile) => {
    const known = times.get(tile);
    if (known !== undefined) return known;
    const chunk = await ledger.getChunk(log, tile * chunkEntries);
    // An eventually consistent read may lack the newest: its time is later than any that is looked for.
    const time = chunk === null ? Infinity : Date.parse(chunk.sealed_at);
    times.set(tile, time);
    return time;
  };
}

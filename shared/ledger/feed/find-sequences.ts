import type { ActivityEvent } from "#shared/events/event.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import { type Chunk, chunkEntries } from "#shared/ledger/chunk.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { findStartTile } from "./find-start-tile.ts";

/** What identifies an event in its log, and when it was recorded. */
export type FindableEvent = Pick<ActivityEvent, "event_id" | "entity_id" | "occurred_at" | "recorded_at">;

/** The number of an event, and the time at which the log took it. */
export type SequencePosition = { readonly sequence: number; readonly sealed_at: string };

/** Finds the sequences of events as `findSequences` does. The meter counts what is read. */
export type SequenceFinder = (
  log: string,
  events: readonly FindableEvent[],
  meter: ReadMeter,
) => Promise<ReadonlyMap<FindableEvent, SequencePosition | null>>;

/** Where events are looked for: around the times at which they were recorded. */
type SearchRange = {
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Chunks of the first read for an event. Each further read asks for twice as many. */
  readonly firstReadChunks: number;
  /** For one event, and for all events of a call. */
  readonly maxReads: { readonly event: number; readonly all: number };
};

const minuteMs = 60_000;

/** An event that is older than the first entry by more was never in the stream of the sequencer, which keeps 24 hours. */
const maxOlderMs = 24 * 60 * minuteMs + 5 * minuteMs;

/**
 * Most events are sequenced within a second, and few clocks are wrong. The second range is as wide as the log tolerates
 * wrong clocks, and reads on in case the sequencer was late. Its reads are few and large: events that a log lacks need all.
 */
const ranges: readonly SearchRange[] = [
  { beforeMs: 2_000, afterMs: 10_000, firstReadChunks: 32, maxReads: { event: 4, all: Infinity } },
  { beforeMs: 5 * minuteMs, afterMs: Infinity, firstReadChunks: 1_000, maxReads: { event: 2, all: 2 } },
];

/**
 * Finds the sequences of events of one organisation. An event is mapped to `null` if it is not in the log, or too far from
 * the time at which it was recorded, which includes events that are more than a day older than the log. Events of about the
 * same time share reads. Pass a metered reader to count these.
 */
export async function findSequences<E extends FindableEvent>(
  ledger: LedgerReader,
  log: string,
  events: readonly E[],
): Promise<ReadonlyMap<E, SequencePosition | null>> {
  const found = new Map<E, SequencePosition | null>(events.map((event) => [event, null]));
  const newest = await ledger.getNewestChunk(log);
  if (newest === null) return found;
  const timeOfTile = createTileTimes(ledger, log);
  const oldest = (await timeOfTile(0)) - maxOlderMs;
  const sorted = events
    .filter(({ recorded_at }) => Date.parse(recorded_at) >= oldest)
    .toSorted((a, b) => (a.recorded_at < b.recorded_at ? -1 : 1));
  for (const range of ranges) {
    const pending = sorted.filter((event) => found.get(event) === null);
    const search = { log, size: newest.size, timeOfTile, pending, range };
    for (const [event, position] of await searchRange(ledger, search)) found.set(event, position);
  }
  return found;
}

type Search<E> = {
  readonly log: string;
  /** Entries of the log. */
  readonly size: number;
  timeOfTile(tile: number): Promise<number>;
  /** In the order in which they were recorded. */
  readonly pending: readonly E[];
  readonly range: SearchRange;
};

/** Looks for events, one after the other. What is read for one is not read again for the next. */
async function searchRange<E extends FindableEvent>(
  ledger: LedgerReader,
  { log, size, timeOfTile, pending, range }: Search<E>,
): Promise<ReadonlyMap<E, SequencePosition>> {
  const found = new Map<E, SequencePosition>();
  const byKey = Map.groupBy(pending, keyOf);
  let read = { size: 0, time: 0, isEnd: false };
  let reads = 0;
  for (const event of pending) {
    const recorded = Date.parse(event.recorded_at);
    const isRead = read.isEnd || read.time > recorded + range.afterMs;
    if (found.has(event) || isRead) continue;
    if (reads >= range.maxReads.all) break;
    const tile = await findStartTile(size, recorded - range.beforeMs, timeOfTile);
    let next: number | null = Math.max(read.size, tile * chunkEntries);
    const maxReads = Math.min(range.maxReads.event, range.maxReads.all - reads);
    for (let count = 0; count < maxReads && next !== null && !found.has(event); count++, reads++) {
      const page = await ledger.listChunks(log, { from: next, limit: range.firstReadChunks * 2 ** count });
      for (const chunk of page.chunks) addFound(found, chunk, byKey);
      const last = page.chunks.at(-1);
      const time = last === undefined ? read.time : Date.parse(last.sealed_at);
      read = { size: last?.size ?? read.size, time, isEnd: page.next === null };
      next = read.time > recorded + range.afterMs ? null : page.next;
    }
  }
  return found;
}

function addFound<E>(
  found: Map<E, SequencePosition>,
  { first, entries, sealed_at }: Chunk,
  byKey: ReadonlyMap<string, readonly E[]>,
): void {
  for (const [at, entry] of entries.entries()) {
    const events = entry.kind === "event" ? (byKey.get(keyOf(entry)) ?? []) : [];
    for (const event of events) found.set(event, { sequence: first + at + 1, sealed_at });
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

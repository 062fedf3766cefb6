import { hash } from "node:crypto";
import type { Chunk } from "#shared/ledger/chunk.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import type { TreeHead } from "#shared/ledger/merkle/consistency.ts";
import { emptyRoot } from "#shared/ledger/merkle/hashes.ts";
import { nextChunk, roomAfter } from "#shared/ledger/sequencer/next-chunk.ts";

/** A log in memory: its chunks, and the canonical form of the event of each entry. */
export type MemoryLog = {
  readonly chunks: readonly Chunk[];
  readonly events: ReadonlyMap<EventEntry, string>;
};

const start = Date.parse("2026-05-11T08:00:00.000Z");

/** Returns an entry and the canonical form of its event. */
export function entryOf(number: number, content = "content"): readonly [EventEntry, string] {
  const event = {
    action: "INVOICE_SENT",
    entity_id: "inv_1",
    entity_type: "INVOICE",
    event_id: `evt_${number.toString(16).padStart(32, "0")}`,
    occurred_at: "2026-05-11T08:00:00.000Z",
  };
  const canonical = JSON.stringify({ ...event, text: content });
  const entry: EventEntry = {
    kind: "event",
    ...event,
    recorded_at: "2026-05-11T08:00:00.000Z",
    notifies: true,
    sha256: Uint8Array.from(hash("sha256", canonical, "buffer")),
  };
  return [entry, canonical];
}

/** Creates a log with chunks of these sizes, which are cut at the multiples of 256. Its chunks are a second apart. */
export function createMemoryLog(sizes: readonly number[]): MemoryLog {
  const events = new Map<EventEntry, string>();
  const chunks: Chunk[] = [];
  for (const size of sizes) {
    const count = Math.min(size, roomAfter(chunks.at(-1) ?? null));
    const added = Array.from({ length: count }, (_, at) => entryOf(events.size + at));
    for (const [entry, canonical] of added) events.set(entry, canonical);
    chunks.push(
      followingChunk(
        chunks,
        added.map(([entry]) => entry),
      ),
    );
  }
  return { chunks, events };
}

/** Returns the chunk that the sequencer would append. */
export function followingChunk(chunks: readonly Chunk[], entries: readonly EventEntry[]): Chunk {
  const source = { shard: "shard", upTo: String(chunks.length) };
  return nextChunk(chunks.at(-1) ?? null, entries, { now: new Date(start + 1_000 * chunks.length), source }).chunk;
}

/** Returns the size and the root of a log. */
export function headOf({ chunks }: MemoryLog): TreeHead {
  return chunks.at(-1) ?? { size: 0, root: emptyRoot };
}

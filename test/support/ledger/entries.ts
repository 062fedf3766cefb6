import { createHash } from "node:crypto";
import fc from "fast-check";
import type { Chunk, ChunkSource } from "#shared/ledger/chunk.ts";
import type { EventEntry, LedgerEntry } from "#shared/ledger/entry.ts";
import type { SubtreeRoot } from "#shared/ledger/merkle/frontier.ts";
import type { LedgerWriter } from "#shared/ledger/ports.ts";
import { nextChunk, roomAfter } from "#shared/ledger/sequencer/next-chunk.ts";
import { testNow } from "#test/support/builders.ts";

/** The entry of an event. `name` makes it different from others. */
export function anEventEntry(name: string, over: Partial<EventEntry> = {}): EventEntry {
  const digest = Uint8Array.from(createHash("sha256").update(name).digest());
  return {
    kind: "event",
    event_id: `evt_${Buffer.from(digest).toString("hex").slice(0, 32)}`,
    entity_id: "inv_8c3f1a9b",
    entity_type: "INVOICE",
    action: "INVOICE_SENT",
    occurred_at: "2026-05-11T08:30:12.000Z",
    recorded_at: "2026-05-11T08:30:12.400Z",
    notifies: true,
    sha256: digest,
    ...over,
  };
}

export function eventEntries(count: number, prefix = "event"): EventEntry[] {
  return Array.from({ length: count }, (_, at) => anEventEntry(`${prefix} ${at}`));
}

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const time = fc
  .date({ min: new Date("0001-01-01T00:00:00.000Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const text = fc.string({ unit: "binary", maxLength: 256 }).map((any) => any.toWellFormed());

/** Entries of all kinds, with any values that an entry may have. */
export const entryArbitrary: fc.Arbitrary<LedgerEntry> = fc.oneof(
  fc.record({
    kind: fc.constant("event" as const),
    event_id: fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => `evt_${Buffer.from(bytes).toString("hex")}`),
    entity_id: text,
    entity_type: text,
    action: text,
    occurred_at: time,
    recorded_at: time,
    notifies: fc.boolean(),
    sha256: digest,
  }),
  fc.record({ kind: fc.constant("tamper" as const), timeline: text, position: text, sha256: digest }),
  fc.record({ kind: fc.constant("anchor" as const), sha256: digest }),
);

type BuiltChunk = { readonly chunk: Chunk; readonly tileRoots: readonly SubtreeRoot[] };

export const testSource: ChunkSource = { shard: "shardId-test", upTo: "1" };

/** Yields the chunks of a log with these entries, of `sizes[0]`, `sizes[1]`, … entries each, and full ones in the end. */
export function* chunksOf(
  entries: readonly LedgerEntry[],
  { sizes = [], now = testNow }: { readonly sizes?: readonly number[]; readonly now?: Date } = {},
): Generator<BuiltChunk> {
  let head: Chunk | null = null;
  let rest = entries;
  for (let at = 0; rest.length > 0; at++) {
    const built: BuiltChunk = nextChunk(head, rest.slice(0, Math.min(roomAfter(head), sizes[at] ?? Infinity)), {
      now,
      source: testSource,
    });
    yield built;
    head = built.chunk;
    rest = rest.slice(built.chunk.entries.length);
  }
}

/** Stores a log. Throws if one of its chunks exists. */
export async function putLog(ledger: LedgerWriter, log: string, chunks: Iterable<BuiltChunk>): Promise<Chunk[]> {
  const stored: Chunk[] = [];
  for (const { chunk, tileRoots } of chunks) {
    if (!(await ledger.put(log, chunk, tileRoots))) throw new Error(`The chunk ${chunk.first} of ${log} exists.`);
    stored.push(chunk);
  }
  return stored;
}

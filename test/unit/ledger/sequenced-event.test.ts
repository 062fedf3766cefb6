import { describe, expect, it } from "vitest";
import { anchorsLog, type Chunk, unknownOrgLog } from "#shared/ledger/chunk.ts";
import { parseChunkImage } from "#shared/ledger/dynamodb/parse-chunk-image.ts";
import type { LedgerEntry } from "#shared/ledger/entry.ts";
import { toSequencedEvents } from "#shared/ledger/sequenced-event.ts";
import { toChunkRecord } from "#test/support/ledger/chunk-record.ts";
import { anEventEntry, chunksOf } from "#test/support/ledger/entries.ts";

const digest = new Uint8Array(32);
const tampering: LedgerEntry = { kind: "tamper", timeline: "org_1#inv_1", position: "x", sha256: digest };

/** Returns the last chunk of a log that has five entries before it. */
function chunkOf(...entries: readonly LedgerEntry[]): Chunk {
  const before = Array.from({ length: 5 }, (_, at) => anEventEntry(`before ${at}`));
  const last = [...chunksOf([...before, ...entries], { sizes: [5] })].at(-1);
  if (last === undefined) throw new Error("There is no chunk.");
  return last.chunk;
}

describe("toSequencedEvents", () => {
  it("returns the events of a chunk with their numbers, and counts other entries", () => {
    const { kind: _, sha256: __, ...event } = anEventEntry("one");
    const chunk = chunkOf(anEventEntry("one"), tampering, anEventEntry("two"));
    const events = toSequencedEvents("org_1", chunk);
    expect(events.map(({ sequence }) => sequence)).toEqual([6, 8]);
    expect(events[0]).toEqual({ ...event, org_id: "org_1", sequence: 6, sealed_at: chunk.sealed_at });
  });

  it.each([unknownOrgLog, anchorsLog])("returns no events of %s", (log) => {
    expect(toSequencedEvents(log, chunkOf(anEventEntry("one")))).toEqual([]);
  });
});

describe("parseChunkImage", () => {
  it("returns the chunk of a stream record and its log", () => {
    const chunk = chunkOf(anEventEntry("one"), tampering);
    const image = toChunkRecord("org_1", chunk).dynamodb?.NewImage ?? {};
    const parsed = parseChunkImage(image);
    expect(parsed.log).toBe("org_1");
    expect(toChunkRecord(parsed.log, parsed.chunk)).toEqual(toChunkRecord("org_1", chunk));
  });

  it.each([
    ["a changed root", { root: { B: Buffer.alloc(32).toString("base64") } }],
    ["entries that end too early", { entries: { B: "AAE=" } }],
    ["a key of no log", { pk: { S: "node#org_1#1" } }],
    ["no key", { pk: { S: "" } }],
  ])("throws DamagedChunkError for %s", (_, damage) => {
    const image = toChunkRecord("org_1", chunkOf(anEventEntry("one"))).dynamodb?.NewImage ?? {};
    expect(() => parseChunkImage({ ...image, ...damage })).toThrow(/of the ledger is not a valid chunk/);
  });
});

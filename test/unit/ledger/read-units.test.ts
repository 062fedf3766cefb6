import { describe, expect, it } from "vitest";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { toChunkItem } from "#shared/ledger/dynamodb/chunk-item.ts";
import { chunkReadUnits, nodeReadUnits, roundReadUnits } from "#shared/ledger/read-units.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import { nodePartition } from "#shared/platform/dynamodb/keys.ts";
import { testNow } from "#test/support/builders.ts";
import { eventEntries } from "#test/support/ledger/entries.ts";
import { itemBytes, queryUnits } from "#test/support/ledger/item-bytes.ts";

const log = "org_8f9a1c2d";

/** Of the lengths that DynamoDB Streams uses. */
const source = { shard: "shardId-00000001567384829340-1a2b3c4d", upTo: "100000000003498069978" };

/** A log of this many chunks of so many entries each. */
function chunksOf(count: number, entries: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at < count; at++) {
    chunks.push(nextChunk(chunks.at(-1) ?? null, eventEntries(entries), { now: testNow, source }).chunk);
  }
  return chunks;
}

describe("the expected read units", () => {
  it.each([
    [256, 1],
    [32, 8],
    [1, 256],
  ])("of %d chunks of %d entries are those of their items, up to a quarter more", (count, entries) => {
    const read = chunksOf(count, entries);
    const units = queryUnits(read.map((chunk) => itemBytes(toChunkItem(log, chunk))));
    const expected = chunkReadUnits(read);
    expect([expected, expected >= units, expected <= 1.25 * units + 0.5]).toEqual([expected, true, true]);
    expect(chunkReadUnits(read, true)).toBe(2 * expected);
  });

  it("of 256 nodes are those of their items, up to a quarter more", () => {
    const node = itemBytes({ pk: { S: nodePartition(log, 1) }, sk: { N: "4711" }, hash: { B: new Uint8Array(32) } });
    const units = queryUnits(Array.from({ length: 256 }, () => node));
    const expected = nodeReadUnits(256, false);
    expect([expected, expected >= units, expected <= 1.25 * units + 0.5]).toEqual([expected, true, true]);
  });

  it("of nothing are those of an empty read", () => {
    expect([chunkReadUnits([]), nodeReadUnits(0, true), roundReadUnits(0)]).toEqual([0.5, 1, 1]);
  });

  it("of a round grow with its heads", () => {
    expect(roundReadUnits(200)).toBe(4);
  });
});

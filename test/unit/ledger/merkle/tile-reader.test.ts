import { describe, expect, it } from "vitest";
import { createInclusionProof } from "#shared/ledger/merkle/inclusion.ts";
import { readRangeRoots, subtreesOf } from "#shared/ledger/merkle/subtrees.ts";
import type { Tile } from "#shared/ledger/merkle/tile.ts";
import { createTileSubtreeReader } from "#shared/ledger/merkle/tile-reader.ts";
import { leafSubtreeReader, leafTileReader } from "#test/support/ledger/memory-tree.ts";
import { referenceLeaves, referenceRoot } from "#test/support/ledger/reference-tree.ts";

const leaves = referenceLeaves(513);

describe("subtreesOf", () => {
  it("returns the perfect subtrees of a range, largest first where it begins at 0", () => {
    expect(subtreesOf({ start: 0, end: 7 })).toEqual([
      { height: 2, index: 0 },
      { height: 1, index: 2 },
      { height: 0, index: 6 },
    ]);
    expect(subtreesOf({ start: 4, end: 4 })).toEqual([]);
    expect(subtreesOf({ start: 2 ** 40, end: 2 ** 40 + 2 ** 35 })).toEqual([{ height: 35, index: 32 }]);
  });
});

describe("readRangeRoots", () => {
  it("returns the root of each range", async () => {
    const some = leaves.slice(0, 13);
    const ranges = [
      { start: 8, end: 13 },
      { start: 0, end: 8 },
      { start: 12, end: 13 },
    ];
    const expected = ranges.map(({ start, end }) => referenceRoot(some.slice(start, end)));
    expect(await readRangeRoots(leafSubtreeReader(some), ranges)).toEqual(expected);
  });
});

describe("createTileSubtreeReader", () => {
  it("reads each tile of a proof once", async () => {
    const read: Tile[] = [];
    const readTile = leafTileReader(leaves);
    const reader = createTileSubtreeReader((tile) => {
      read.push(tile);
      return readTile(tile);
    });
    await createInclusionProof(300, 513, reader);
    expect(read).toEqual([
      { level: 0, index: 1 },
      { level: 1, index: 0 },
      { level: 0, index: 2 },
    ]);
  });

  it("rejects when a tile has fewer hashes than the tree needs", async () => {
    const reader = createTileSubtreeReader(leafTileReader(leaves.slice(0, 300)));
    await expect(createInclusionProof(0, 512, reader)).rejects.toThrow(new RangeError("Tile 1/0 has no 2 hashes."));
  });
});

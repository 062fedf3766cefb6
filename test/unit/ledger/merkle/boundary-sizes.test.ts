import { describe, expect, it } from "vitest";
import { createConsistencyProof, verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { appendLeaves, completedTileRoots, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { createInclusionProof, verifyInclusion } from "#shared/ledger/merkle/inclusion.ts";
import type { Tile } from "#shared/ledger/merkle/tile.ts";
import { createTileSubtreeReader } from "#shared/ledger/merkle/tile-reader.ts";
import { leafTileReader } from "#test/support/ledger/memory-tree.ts";
import { referenceLeaves, referenceRoot } from "#test/support/ledger/reference-tree.ts";

const leaves = referenceLeaves(65_537);

describe.each([1, 2, 3, 255, 256, 257, 65_535, 65_536, 65_537])("a tree of %i leaves", (size) => {
  const some = leaves.slice(0, size);
  const root = referenceRoot(some);
  const read = createTileSubtreeReader(leafTileReader(some));
  const firstSizes = [...new Set([1, 2, 3, 255, 256, 257, size])].filter((from) => from <= size);

  it("has the root of the definition however the leaves were appended", () => {
    const beginning = some.slice(0, 200);
    const frontier = appendLeaves(appendLeaves([], 0, beginning), beginning.length, some.slice(200));
    expect(rootOf(frontier)).toEqual(root);
  });

  it("proves the first, the last and the boundary leaves", async () => {
    const indexes = [0, 1, 254, 255, 256, 257, 65_534, 65_535, 65_536, size - 1].filter((index) => index < size);
    for (const index of indexes) {
      const proof = await createInclusionProof(index, size, read);
      verifyInclusion({ index, leaf: leaves[index] ?? root, size, root }, proof);
    }
  });

  it.each(firstSizes)("proves that it begins with the first %i leaves", async (from) => {
    const proof = await createConsistencyProof(from, size, read);
    verifyConsistency({ size: from, root: referenceRoot(some.slice(0, from)) }, { size, root }, proof);
  });
});

describe("completedTileRoots", () => {
  it("returns a root of each level when 65,536 leaves are complete", () => {
    const frontier = appendLeaves([], 0, leaves.slice(0, 65_535));
    expect(completedTileRoots(frontier, 65_535, leaves.slice(65_535, 65_536))).toEqual([
      { height: 8, index: 255, hash: referenceRoot(leaves.slice(65_280, 65_536)) },
      { height: 16, index: 0, hash: referenceRoot(leaves.slice(0, 65_536)) },
    ]);
  });
});

describe("createTileSubtreeReader", () => {
  it("reads five tiles at most for a proof", async () => {
    const readTile = leafTileReader(leaves);
    for (const index of [0, 300, 40_000, 65_535, 65_536]) {
      const read: Tile[] = [];
      const reader = createTileSubtreeReader((tile) => {
        read.push(tile);
        return readTile(tile);
      });
      await createInclusionProof(index, leaves.length, reader);
      expect(read.length).toBeLessThanOrEqual(5);
    }
  });
});

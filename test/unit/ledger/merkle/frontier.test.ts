import { describe, expect, it } from "vitest";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { entryLeaf } from "#shared/ledger/formats/entry-data.ts";
import { appendLeaves, completedTileRoots, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { referenceLeaves, referenceRoot } from "#test/support/ledger/reference-tree.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const vectorLeaves = trustVectors.entries.map(({ sealed_at, sha256 }) =>
  entryLeaf("event", sealed_at, Buffer.from(sha256, "hex")),
);

describe("rootOf", () => {
  it("returns the hash of an empty string for an empty tree", () => {
    expect(encodeHex(rootOf([]))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it.each([1, 2, 3])("returns the root of the vector for %i leaves", (size) => {
    const frontier = appendLeaves([], 0, vectorLeaves.slice(0, size));
    expect(encodeHex(rootOf(frontier))).toBe(trustVectors.entries[size - 1]?.root);
  });
});

describe("appendLeaves", () => {
  it("has the root of the definition after each of 300 leaves", () => {
    const leaves = referenceLeaves(300);
    let frontier: readonly Uint8Array[] = [];
    for (const [size, leaf] of leaves.entries()) {
      frontier = appendLeaves(frontier, size, [leaf]);
      expect(rootOf(frontier)).toEqual(referenceRoot(leaves.slice(0, size + 1)));
    }
  });

  it("leaves the frontier that it is given as it is", () => {
    const frontier = Object.freeze(appendLeaves([], 0, referenceLeaves(3)));
    expect(appendLeaves(frontier, 3, referenceLeaves(1))).toHaveLength(1);
    expect(frontier).toHaveLength(2);
  });

  it("counts correctly beyond 32 bits", () => {
    const size = 2 ** 40 - 1;
    expect(appendLeaves(referenceLeaves(40), size, referenceLeaves(1))).toHaveLength(1);
    expect(appendLeaves(referenceLeaves(1), size + 1, referenceLeaves(1))).toHaveLength(2);
  });

  it.each([
    ["too few", 1],
    ["too many", 3],
  ])("throws when the frontier has %s roots for the size", (_, roots) => {
    expect(() => appendLeaves(referenceLeaves(roots), 3, referenceLeaves(1))).toThrow(
      new RangeError(`A frontier of 3 leaves has 2 roots, not ${roots}.`),
    );
  });
});

describe("completedTileRoots", () => {
  it("returns nothing when no multiple of 256 is reached", () => {
    expect(completedTileRoots([], 0, referenceLeaves(255))).toEqual([]);
  });

  it("returns the root of the last 256 leaves when they are complete", () => {
    const leaves = referenceLeaves(512);
    const frontier = appendLeaves([], 0, leaves.slice(0, 500));
    expect(completedTileRoots(frontier, 500, leaves.slice(500))).toEqual([
      { height: 8, index: 1, hash: referenceRoot(leaves.slice(256)) },
    ]);
  });
});

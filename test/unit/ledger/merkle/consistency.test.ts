import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryLeaf } from "#shared/ledger/formats/entry-data.ts";
import { createConsistencyProof, type TreeHead, verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { leafSubtreeReader } from "#test/support/ledger/memory-tree.ts";
import { referenceConsistency, referenceLeaves, referenceRoot } from "#test/support/ledger/reference-tree.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const vectorLeaves = trustVectors.entries.map(({ sealed_at, sha256 }) =>
  entryLeaf("event", sealed_at, Buffer.from(sha256, "hex")),
);

describe("createConsistencyProof", () => {
  it.each(trustVectors.consistency)("returns the vector from $from to $to", async ({ from, to, hashes }) => {
    const proof = await createConsistencyProof(from, to, leafSubtreeReader(vectorLeaves));
    expect(proof.map((hash) => Buffer.from(hash).toString("base64"))).toEqual(hashes);
  });

  it("returns the proof of the definition between sizes of random trees", async () => {
    const sizes = fc
      .integer({ min: 1, max: 600 })
      .chain((to) => fc.tuple(fc.integer({ min: 1, max: to }), fc.constant(to)));
    await fc.assert(
      fc.asyncProperty(sizes, fc.string(), async ([from, to], seed) => {
        const leaves = referenceLeaves(to, seed);
        const proof = await createConsistencyProof(from, to, leafSubtreeReader(leaves));
        expect(proof).toEqual(referenceConsistency(from, leaves));
      }),
    );
  });

  it("is empty from an empty tree and between equal sizes", async () => {
    const read = leafSubtreeReader(referenceLeaves(7));
    expect(await createConsistencyProof(0, 7, read)).toEqual([]);
    expect(await createConsistencyProof(7, 7, read)).toEqual([]);
    expect(await createConsistencyProof(0, 0, read)).toEqual([]);
  });

  it.each([
    [4, 3],
    [-1, 3],
    [1.5, 3],
    [1, 2 ** 53],
  ])("throws from %d to %d leaves", async (from, to) => {
    const proof = createConsistencyProof(from, to, leafSubtreeReader(referenceLeaves(3)));
    await expect(proof).rejects.toThrow(new RangeError(`A tree of ${from} leaves cannot grow to ${to}.`));
  });
});

describe("verifyConsistency", () => {
  const leaves = referenceLeaves(40);
  const headOf = (size: number): TreeHead => ({ size, root: referenceRoot(leaves.slice(0, size)) });
  const refusal = (older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]) => {
    try {
      verifyConsistency(older, newer, proof);
      return null;
    } catch (error) {
      return error instanceof ProofError ? error.reason : error;
    }
  };

  it("accepts the proof of the definition between all sizes up to 40 leaves", () => {
    for (let to = 1; to <= leaves.length; to += 1) {
      for (let from = 1; from <= to; from += 1) {
        verifyConsistency(headOf(from), headOf(to), referenceConsistency(from, leaves.slice(0, to)));
      }
    }
  });

  it("refuses the proof between all sizes when a leaf of the older tree was changed", () => {
    const changed = leaves.with(0, leaves[1] ?? Uint8Array.of());
    for (let from = 1; from < leaves.length; from += 1) {
      const older = { size: from, root: referenceRoot(changed.slice(0, from)) };
      expect(refusal(older, headOf(leaves.length), referenceConsistency(from, leaves))).toBe("wrong-root");
      const proof = referenceConsistency(from, changed);
      expect(refusal(headOf(from), { size: leaves.length, root: referenceRoot(changed) }, proof)).toBe("wrong-root");
    }
  });

  it("accepts any tree after the empty one, without a hash", () => {
    expect(refusal(headOf(0), headOf(40), [])).toBeNull();
    expect(refusal(headOf(0), headOf(40), leaves.slice(0, 1))).toBe("wrong-size");
    expect(refusal({ ...headOf(1), size: 0 }, headOf(40), [])).toBe("wrong-root");
  });

  it("refuses two roots of one size", () => {
    expect(refusal(headOf(5), headOf(5), [])).toBeNull();
    expect(refusal({ ...headOf(4), size: 5 }, headOf(5), [])).toBe("wrong-root");
  });

  it("refuses too few and too many hashes, and one of another length", () => {
    const proof = referenceConsistency(6, leaves);
    expect(refusal(headOf(6), headOf(40), proof.slice(1))).toBe("wrong-size");
    expect(refusal(headOf(6), headOf(40), [...proof, headOf(1).root])).toBe("wrong-size");
    expect(refusal(headOf(6), headOf(40), proof.with(0, new Uint8Array(31)))).toBe("malformed");
  });

  it("refuses a newer tree that is smaller", () => {
    expect(refusal(headOf(6), headOf(5), [])).toBe("wrong-size");
    expect(refusal({ ...headOf(6), size: -1 }, headOf(5), [])).toBe("wrong-size");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryLeaf } from "#shared/ledger/formats/entry-data.ts";
import { createInclusionProof, verifyInclusion } from "#shared/ledger/merkle/inclusion.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { leafSubtreeReader } from "#test/support/ledger/memory-tree.ts";
import { referenceInclusion, referenceLeaves, referenceRoot } from "#test/support/ledger/reference-tree.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const vectorLeaves = trustVectors.entries.map(({ sealed_at, sha256 }) =>
  entryLeaf("event", sealed_at, Buffer.from(sha256, "hex")),
);

describe("createInclusionProof", () => {
  it.each(trustVectors.inclusion)("returns the vector for leaf $index of $size", async ({ index, size, hashes }) => {
    const proof = await createInclusionProof(index, size, leafSubtreeReader(vectorLeaves));
    expect(proof.map((hash) => Buffer.from(hash).toString("base64"))).toEqual(hashes);
  });

  it("returns the proof of the definition for each leaf of random trees", async () => {
    const sizes = fc.integer({ min: 1, max: 600 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
    await fc.assert(
      fc.asyncProperty(sizes, fc.string(), async ([size, index], seed) => {
        const leaves = referenceLeaves(size, seed);
        const proof = await createInclusionProof(index, size, leafSubtreeReader(leaves));
        expect(proof).toEqual(referenceInclusion(index, leaves));
      }),
    );
  });

  it.each([
    [0, 0],
    [3, 3],
    [-1, 3],
    [0.5, 3],
    [0, 2 ** 53],
  ])("throws for the index %d in %d leaves", async (index, size) => {
    const proof = createInclusionProof(index, size, leafSubtreeReader(referenceLeaves(3)));
    await expect(proof).rejects.toThrow(
      new RangeError(`A tree of ${size} leaves has no leaf with the index ${index}.`),
    );
  });
});

describe("verifyInclusion", () => {
  const leaves = referenceLeaves(11);
  const root = referenceRoot(leaves);
  const claimOf = (index: number) => ({ index, leaf: leaves[index] ?? root, size: leaves.length, root });
  const refusal = (claim: ReturnType<typeof claimOf>, proof: readonly Uint8Array[]) => {
    try {
      verifyInclusion(claim, proof);
      return null;
    } catch (error) {
      return error instanceof ProofError ? error.reason : error;
    }
  };

  it("accepts the proof of the definition of each leaf of all trees up to 40 leaves", () => {
    for (let size = 1; size <= 40; size += 1) {
      const some = referenceLeaves(size);
      for (const [index, leaf] of some.entries()) {
        verifyInclusion({ index, leaf, size, root: referenceRoot(some) }, referenceInclusion(index, some));
      }
    }
  });

  it("refuses each proof for every other leaf, and another order of its hashes", () => {
    for (const index of leaves.keys()) {
      const proof = referenceInclusion(index, leaves);
      for (const other of leaves.keys()) if (other !== index) expect(refusal(claimOf(other), proof)).not.toBeNull();
      if (proof.length > 1) expect(refusal(claimOf(index), proof.toReversed())).toBe("wrong-root");
    }
  });

  it("refuses too few and too many hashes", () => {
    const proof = referenceInclusion(4, leaves);
    expect(refusal(claimOf(4), proof.slice(1))).toBe("wrong-size");
    expect(refusal(claimOf(4), [...proof, root])).toBe("wrong-size");
  });

  it("refuses a hash that has another length, and a leaf that has", () => {
    const [first = root, ...rest] = referenceInclusion(4, leaves);
    expect(refusal(claimOf(4), [first.subarray(1), ...rest])).toBe("malformed");
    expect(refusal({ ...claimOf(4), leaf: new Uint8Array(33) }, [first, ...rest])).toBe("malformed");
  });

  it("refuses an index that the tree does not have", () => {
    expect(refusal(claimOf(11), [])).toBe("wrong-size");
    expect(refusal({ ...claimOf(0), size: 0 }, [])).toBe("wrong-size");
    expect(refusal({ ...claimOf(0), size: Number.NaN }, [])).toBe("wrong-size");
  });

  it("refuses another root", () => {
    const proof = referenceInclusion(4, leaves);
    expect(refusal({ ...claimOf(4), root: leaves[0] ?? root }, proof)).toBe("wrong-root");
  });
});

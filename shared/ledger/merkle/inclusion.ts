import { ProofError } from "#shared/ledger/proof-error.ts";
import { isEqualHash } from "./hashes.ts";
import { readRangeRoots, type SubtreeReader } from "./subtrees.ts";
import { nodesOf, rootAbove } from "./tree-node.ts";
import { pathFrom } from "./tree-path.ts";

/** What an inclusion proof proves: the tree of `size` leaves with this root has the leaf at the index. */
export type InclusionClaim = {
  readonly index: number;
  readonly leaf: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
};

/**
 * Returns the inclusion proof of a leaf (RFC 6962, section 2.1.1): the roots of the siblings on the way to the root, the
 * nearest first. Throws `RangeError` if a tree of `size` leaves has no such leaf.
 */
export async function createInclusionProof(index: number, size: number, read: SubtreeReader): Promise<Uint8Array[]> {
  if (!hasLeaf(size, index)) throw new RangeError(missingLeaf(size, index));
  return readRangeRoots(read, inclusionPath(index, size).siblings);
}

/** Throws `ProofError` unless the proof is the inclusion proof of the claim (RFC 9162, section 2.1.3.2). */
export function verifyInclusion({ index, leaf, size, root }: InclusionClaim, proof: readonly Uint8Array[]): void {
  if (!hasLeaf(size, index)) throw new ProofError("wrong-size", missingLeaf(size, index));
  const nodes = nodesOf(inclusionPath(index, size), [leaf, ...proof]);
  if (isEqualHash(rootAbove(nodes), root)) return;
  throw new ProofError("wrong-root", `The proof does not lead from leaf ${index} to the root of ${size} leaves.`);
}

function inclusionPath(index: number, size: number) {
  return pathFrom(index, { start: 0, end: size }, ({ start, end }) => end - start === 1);
}

function hasLeaf(size: number, index: number): boolean {
  return Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size;
}

function missingLeaf(size: number, index: number): string {
  return `A tree of ${size} leaves has no leaf with the index ${index}.`;
}

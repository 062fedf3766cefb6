import { ProofError } from "#shared/ledger/proof-error.ts";
import { emptyRoot, isEqualHash } from "./hashes.ts";
import { readRangeRoots, type SubtreeReader } from "./subtrees.ts";
import { nodesOf, rootAbove } from "./tree-node.ts";
import { type LeafRange, pathFrom, type TreePath } from "./tree-path.ts";

/** A tree at a size, as a checkpoint states it. */
export type TreeHead = { readonly size: number; readonly root: Uint8Array };

/**
 * Returns the proof that a tree of `to` leaves begins with its tree of `from` leaves (RFC 6962, section 2.1.2). It is empty
 * for an empty tree and for equal sizes. Throws `RangeError` if `from` is larger than `to`.
 */
export async function createConsistencyProof(from: number, to: number, read: SubtreeReader): Promise<Uint8Array[]> {
  if (!isGrowth(from, to)) throw new RangeError(notGrowth(from, to));
  return from === 0 ? [] : readRangeRoots(read, provenRanges(consistencyPath(from, to)));
}

/**
 * Throws `ProofError` unless the proof shows that `newer` begins with all leaves of `older` (RFC 9162, section 2.1.4.2).
 */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): void {
  if (!isGrowth(older.size, newer.size)) throw new ProofError("wrong-size", notGrowth(older.size, newer.size));
  if (older.size === 0) {
    if (proof.length > 0) throw new ProofError("wrong-size", "The proof has too many hashes.");
    assertRoot(older, emptyRoot);
    return;
  }
  const path = consistencyPath(older.size, newer.size);
  const nodes = nodesOf(path, isOlderTree(path) ? [older.root, ...proof] : proof);
  assertRoot(older, rootAbove(nodes.filter(({ range }) => range.end <= older.size)));
  assertRoot(newer, rootAbove(nodes));
}

/** Returns the path from the last perfect subtree of the older tree, which is also a node of the newer one. */
function consistencyPath(from: number, to: number): TreePath {
  return pathFrom(from - 1, { start: 0, end: to }, ({ end }) => end === from);
}

function provenRanges(path: TreePath): readonly LeafRange[] {
  return isOlderTree(path) ? path.siblings : [path.bottom, ...path.siblings];
}

/** Whether the bottom is the whole older tree: the proof omits its root, which the verifier has. */
function isOlderTree({ bottom }: TreePath): boolean {
  return bottom.start === 0;
}

function isGrowth(from: number, to: number): boolean {
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to;
}

function notGrowth(from: number, to: number): string {
  return `A tree of ${from} leaves cannot grow to ${to}.`;
}

function assertRoot({ size, root }: TreeHead, computed: Uint8Array): void {
  if (isEqualHash(root, computed)) return;
  throw new ProofError("wrong-root", `The proof does not lead to the root of ${size} leaves.`);
}

import { ProofError } from "#shared/ledger/proof-error.ts";
import { hashBytes, nodeHash } from "./hashes.ts";
import type { LeafRange, TreePath } from "./tree-path.ts";

/** A node of a tree: the leaves below it, and its hash. */
type TreeNode = { readonly range: LeafRange; readonly hash: Uint8Array };

/**
 * Returns the nodes of a path: its bottom, then the siblings, the nearest first. Throws `ProofError` if there are too few or
 * too many hashes, or if one does not have the length of a hash.
 */
export function nodesOf({ bottom, siblings }: TreePath, hashes: readonly Uint8Array[]): TreeNode[] {
  const ranges = [bottom, ...siblings];
  if (hashes.length !== ranges.length) {
    throw new ProofError("wrong-size", `The proof has too ${hashes.length < ranges.length ? "few" : "many"} hashes.`);
  }
  if (hashes.some((hash) => hash.length !== hashBytes)) {
    throw new ProofError("malformed", `A hash of the proof does not have ${hashBytes} bytes.`);
  }
  return hashes.flatMap((hash, at) => ranges.slice(at, at + 1).map((range) => ({ range, hash })));
}

/** Returns the hash of the root above the nodes of a path. */
export function rootAbove(nodes: readonly TreeNode[]): Uint8Array {
  return nodes.reduce(joinNodes).hash;
}

function joinNodes(one: TreeNode, other: TreeNode): TreeNode {
  const [left, right] = one.range.start < other.range.start ? [one, other] : [other, one];
  return { range: { start: left.range.start, end: right.range.end }, hash: nodeHash(left.hash, right.hash) };
}

/** The leaves of a subtree: from `start` to before `end`. */
export type LeafRange = { readonly start: number; readonly end: number };

/** The way from a subtree to the root of the tree: the sibling of each node, the nearest first. */
export type TreePath = { readonly bottom: LeafRange; readonly siblings: readonly LeafRange[] };

/**
 * Returns the path to the root from the highest subtree that contains a leaf and is a bottom. This is the recursion of both
 * kinds of proofs in RFC 6962, sections 2.1.1 and 2.1.2. A single leaf must be a bottom.
 */
export function pathFrom(leaf: number, tree: LeafRange, isBottom: (subtree: LeafRange) => boolean): TreePath {
  if (isBottom(tree)) return { bottom: tree, siblings: [] };
  const middle = tree.start + largestPowerOfTwoBelow(tree.end - tree.start);
  const left = { start: tree.start, end: middle };
  const right = { start: middle, end: tree.end };
  const [inside, sibling] = leaf < middle ? [left, right] : [right, left];
  const { bottom, siblings } = pathFrom(leaf, inside, isBottom);
  return { bottom, siblings: [...siblings, sibling] };
}

/** Returns `k` of RFC 6962, section 2.1: the largest power of two that is smaller than `count`, which is at least 2. */
function largestPowerOfTwoBelow(count: number): number {
  return 2 ** ((count - 1).toString(2).length - 1);
}

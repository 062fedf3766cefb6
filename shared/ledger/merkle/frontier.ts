import { emptyRoot, nodeHash } from "./hashes.ts";
import { tileHeight } from "./tile.ts";

/**
 * The roots of the perfect subtrees of a tree, largest first: one for each bit that is set in the size of the tree. It is
 * all that is needed to append, and to compute the root.
 */
export type Frontier = readonly Uint8Array[];

/** The root of a perfect subtree, which covers the leaves from `index * 2 ** height` on. */
export type SubtreeRoot = { readonly height: number; readonly index: number; readonly hash: Uint8Array };

/**
 * Returns the frontier of a tree of `size` leaves after `leaves`, which are leaf hashes, are appended. Throws `RangeError`
 * if the frontier is not that of `size` leaves.
 */
export function appendLeaves(frontier: Frontier, size: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  const appended = [...frontier];
  for (const _ of completeSubtrees(appended, size, leaves));
  return appended;
}

/**
 * Returns the roots of the perfect subtrees of 256, 256², … leaves that are completed when `leaves` are appended to a
 * tree of `size` leaves: the hashes of the tiles above level 0. The height of each is a multiple of 8.
 */
export function completedTileRoots(frontier: Frontier, size: number, leaves: readonly Uint8Array[]): SubtreeRoot[] {
  return [...completeSubtrees([...frontier], size, leaves)].filter(({ height }) => height % tileHeight === 0);
}

/** Returns the root of the tree that has this frontier. */
export function rootOf(frontier: Frontier): Uint8Array {
  return frontier.length === 0 ? emptyRoot : frontier.reduceRight((right, left) => nodeHash(left, right));
}

/** Appends leaves to `roots`, and yields the root of each subtree above them as it is completed. */
function* completeSubtrees(
  roots: Uint8Array[],
  size: number,
  leaves: readonly Uint8Array[],
): Generator<SubtreeRoot, void, undefined> {
  assertFits(roots, size);
  for (const [offset, leaf] of leaves.entries()) {
    const index = size + offset;
    // As in adding 1 to a binary number: each bit that is set at the end is a subtree of the same size on the left.
    const lefts = roots.splice(roots.length - trailingOnes(index)).reverse();
    let hash = leaf;
    for (const [below, left] of lefts.entries()) {
      const height = below + 1;
      hash = nodeHash(left, hash);
      yield { height, index: Math.floor(index / 2 ** height), hash };
    }
    roots.push(hash);
  }
}

/** Returns the number of bits that are set below the lowest bit that is not. Takes more than 32 bits. */
function trailingOnes(number: number): number {
  return number % 2 === 1 ? 1 + trailingOnes((number - 1) / 2) : 0;
}

function assertFits(roots: Frontier, size: number): void {
  const expected = size.toString(2).replaceAll("0", "").length;
  if (roots.length === expected) return;
  throw new RangeError(`A frontier of ${size} leaves has ${expected} roots, not ${roots.length}.`);
}

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
  return append(frontier, size, leaves).frontier;
}

/**
 * Returns the roots of the perfect subtrees of 256, 256², … leaves that are completed when `leaves` are appended to a
 * tree of `size` leaves: the hashes of the tiles above level 0. The height of each is a multiple of 8.
 */
export function completedTileRoots(frontier: Frontier, size: number, leaves: readonly Uint8Array[]): SubtreeRoot[] {
  return append(frontier, size, leaves).tileRoots;
}

/** Returns the root of the tree that has this frontier. */
export function rootOf(frontier: Frontier): Uint8Array {
  return frontier.length === 0 ? emptyRoot : frontier.reduceRight((right, left) => nodeHash(left, right));
}

function append(
  frontier: Frontier,
  size: number,
  leaves: readonly Uint8Array[],
): { readonly frontier: Uint8Array[]; readonly tileRoots: SubtreeRoot[] } {
  if (frontier.length !== rootsOf(size)) throw wrongFrontier(frontier, size);
  const roots = [...frontier];
  const tileRoots: SubtreeRoot[] = [];
  for (const [offset, leaf] of leaves.entries()) {
    let hash = leaf;
    let height = 0;
    // As in adding 1 to a binary number: each bit that is set at the end is a subtree of the same size on the left.
    for (let index = size + offset; index % 2 === 1; ) {
      const left = roots.pop();
      if (left === undefined) throw wrongFrontier(frontier, size);
      hash = nodeHash(left, hash);
      height += 1;
      index = (index - 1) / 2;
      if (height % tileHeight === 0) tileRoots.push({ height, index, hash });
    }
    roots.push(hash);
  }
  return { frontier: roots, tileRoots };
}

/** Returns the number of perfect subtrees of a tree: the bits that are set in its size, which may have more than 32. */
function rootsOf(size: number): number {
  return size.toString(2).replaceAll("0", "").length;
}

function wrongFrontier({ length }: Frontier, size: number): RangeError {
  return new RangeError(`A frontier of ${size} leaves has ${rootsOf(size)} roots, not ${length}.`);
}

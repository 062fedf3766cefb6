import { rootOf } from "./frontier.ts";
import type { LeafRange } from "./tree-path.ts";

/** A perfect subtree: the `2 ** height` leaves from `index * 2 ** height` on. Its root never changes. */
export type Subtree = { readonly height: number; readonly index: number };

/** Returns the roots of perfect subtrees, in their order. Rejects if it cannot read one. */
export type SubtreeReader = (subtrees: readonly Subtree[]) => Promise<readonly Uint8Array[]>;

/** Returns the perfect subtrees that together are a range, each as large as its start allows. */
export function subtreesOf({ start, end }: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let next = start; next < end; ) {
    const height = heightAt(next, end);
    subtrees.push({ height, index: next / 2 ** height });
    next += 2 ** height;
  }
  return subtrees;
}

/** Returns the roots of ranges, each of which is a node of a tree. Reads the subtrees of all ranges in one call. */
export async function readRangeRoots(read: SubtreeReader, ranges: readonly LeafRange[]): Promise<Uint8Array[]> {
  const subtrees = ranges.map(subtreesOf);
  const hashes = [...(await read(subtrees.flat()))];
  return subtrees.map((parts) => rootOf(hashes.splice(0, parts.length)));
}

/** Returns the height of the largest perfect subtree that begins at `start` and does not go beyond `end`. */
function heightAt(start: number, end: number): number {
  let height = 0;
  while (start % 2 ** (height + 1) === 0 && start + 2 ** (height + 1) <= end) height += 1;
  return height;
}

import { appendLeaves, rootOf } from "#shared/ledger/merkle/frontier.ts";
import type { SubtreeReader } from "#shared/ledger/merkle/subtrees.ts";
import type { TileReader } from "#shared/ledger/merkle/tile-reader.ts";

/** Reads subtrees of leaves in memory, and computes each anew. */
export function leafSubtreeReader(leaves: readonly Uint8Array[]): SubtreeReader {
  return async (subtrees) =>
    subtrees.map(({ height, index }) => {
      const start = index * 2 ** height;
      const below = leaves.slice(start, start + 2 ** height);
      if (below.length < 2 ** height) throw new RangeError(`No subtree of height ${height} at ${index}.`);
      return rootOf(appendLeaves([], 0, below));
    });
}

/** Reads tiles of leaves in memory, as a log stores them: each level has the roots of the full tiles below. */
export function leafTileReader(leaves: readonly Uint8Array[]): TileReader {
  const levels = [leaves, fullTileRoots(leaves), fullTileRoots(fullTileRoots(leaves))];
  return async ({ level, index }) => levels[level]?.slice(index * 256, (index + 1) * 256) ?? [];
}

function fullTileRoots(hashes: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: Math.floor(hashes.length / 256) }, (_, tile) =>
    rootOf(appendLeaves([], 0, hashes.slice(tile * 256, (tile + 1) * 256))),
  );
}

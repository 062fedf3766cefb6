import { type Chunk, type ChunkSource, chunkEntries } from "#shared/ledger/chunk.ts";
import type { LedgerEntry } from "#shared/ledger/entry.ts";
import { entryLeaf } from "#shared/ledger/formats/entry-data.ts";
import { appendLeaves, completedTileRoots, rootOf, type SubtreeRoot } from "#shared/ledger/merkle/frontier.ts";

/** Returns how many entries fit into the chunk after `head`, the last of its log. */
export function roomAfter(head: Chunk | null): number {
  return chunkEntries - ((head?.size ?? 0) % chunkEntries);
}

/**
 * Returns the chunk of these entries after `head`, the last of its log (`null` for an empty log), and the roots of the
 * tiles that it completes. Its time is `now`, but never before that of `head`.
 */
export function nextChunk(
  head: Chunk | null,
  entries: readonly LedgerEntry[],
  { now, source }: { readonly now: Date; readonly source: ChunkSource },
): { readonly chunk: Chunk; readonly tileRoots: readonly SubtreeRoot[] } {
  const { size, frontier } = head ?? { size: 0, frontier: [] };
  const sealedAt = laterOf(now.toISOString(), head?.sealed_at);
  const leaves = entries.map(({ kind, sha256 }) => entryLeaf(kind, sealedAt, sha256));
  const extended = appendLeaves(frontier, size, leaves);
  const chunk = {
    first: size,
    size: size + entries.length,
    sealed_at: sealedAt,
    entries,
    frontier: extended,
    root: rootOf(extended),
    source,
  };
  const isTileComplete = chunk.size % chunkEntries === 0;
  return { chunk, tileRoots: isTileComplete ? completedTileRoots(frontier, size, leaves) : [] };
}

function laterOf(time: string, other = time): string {
  return time > other ? time : other;
}

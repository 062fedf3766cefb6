import { anchorsLog, type Chunk } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { AnchorEntry } from "#shared/ledger/entry.ts";
import { entryData } from "#shared/ledger/formats/entry-data.ts";
import type { TlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { createInclusionProof } from "#shared/ledger/merkle/inclusion.ts";
import type { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";

/** Returns the only entry of a chunk of the log of anchors. Throws `DamagedChunkError` if it has other ones. */
export function anchorOf({ first, entries }: Chunk): AnchorEntry {
  const [entry, ...others] = entries;
  if (entry?.kind === "anchor" && others.length === 0) return entry;
  throw new DamagedChunkError(`log#${anchorsLog} ${first}`, "it is not a single anchor");
}

/** Returns the proof that the log of anchors has the round of a chunk, in a checkpoint that covers it. */
export async function createRoundProof(
  chunk: Chunk,
  checkpoint: { readonly size: number; readonly note: string },
  tiles: LogTiles,
): Promise<TlogProof> {
  const { kind, sha256 } = anchorOf(chunk);
  return {
    extra: entryData(kind, chunk.sealed_at, sha256),
    index: chunk.first,
    hashes: await createInclusionProof(chunk.first, checkpoint.size, tiles.readSubtrees),
    checkpoint: checkpoint.note,
  };
}

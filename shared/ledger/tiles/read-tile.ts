import type { Chunk } from "#shared/ledger/chunk.ts";
import { entryLeaf } from "#shared/ledger/formats/entry-data.ts";
import type { TileRange, TileStore } from "./tile-store.ts";

/** The hashes of a range, and the chunks that it consists of; those only at level 0. */
export type TileContent = { readonly hashes: readonly Uint8Array[]; readonly chunks: readonly Chunk[] };

/** Thrown if the ledger lacks hashes of a size that it had before. */
export class MissingHashesError extends Error {
  override readonly name = "MissingHashesError";

  constructor(log: string, { level, first, end }: TileRange) {
    super(`The log ${log} lacks hashes of level ${level} from ${first} to before ${end}.`);
  }
}

/** Reads the hashes of a range. Throws `MissingHashesError` if one is missing. */
export async function readTile(store: TileStore, log: string, range: TileRange): Promise<TileContent> {
  // What is stored never changes, so an eventually consistent read is enough if it is complete.
  for (const isConsistent of [false, true]) {
    const content = await readContent(store, { log, range, isConsistent });
    if (content.hashes.length === range.end - range.first) return content;
  }
  throw new MissingHashesError(log, range);
}

type TileRead = { readonly log: string; readonly range: TileRange; readonly isConsistent: boolean };

async function readContent(store: TileStore, { log, range, isConsistent }: TileRead): Promise<TileContent> {
  if (range.level > 0) return { hashes: await store.listNodes(log, range, isConsistent), chunks: [] };
  const chunks = await store.listChunks(log, range, isConsistent);
  return { hashes: toLeafHashes(chunks, range), chunks };
}

/** Returns the leaf hashes of a range, up to the first chunk that is missing. */
function toLeafHashes(chunks: readonly Chunk[], { first, end }: TileRange): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (const { first: start, sealed_at, entries } of chunks) {
    if (start !== first + hashes.length) break;
    for (const { kind, sha256 } of entries) hashes.push(entryLeaf(kind, sealed_at, sha256));
  }
  return hashes.slice(0, end - first);
}

import type { Chunk } from "#shared/ledger/chunk.ts";

/** Hashes of one tile. Level 0 has the leaves; a hash of each level above is the root of a full tile below. */
export type TileRange = {
  readonly level: number;
  /** Index of the first hash in its level, and of the first one after the range. */
  readonly first: number;
  readonly end: number;
};

/** Reads what the tiles of a log consist of. Each call is one request to the store. */
export type TileStore = {
  /** Returns the chunks that start in a range of level 0, in order. */
  listChunks(log: string, range: TileRange, isConsistent: boolean): Promise<readonly Chunk[]>;
  /** Returns the stored hashes of a range above level 0, in order. */
  listNodes(log: string, range: TileRange, isConsistent: boolean): Promise<readonly Uint8Array[]>;
};

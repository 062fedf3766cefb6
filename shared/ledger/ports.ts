import type { Chunk } from "./chunk.ts";
import type { SubtreeRoot } from "./merkle/frontier.ts";

/** Chunks in order, and the index of the entry at which the next page starts; `null` at the end of the log. */
export type ChunkPage = { readonly chunks: readonly Chunk[]; readonly next: number | null };

export type ChunkRead = {
  /** The page starts with the chunk that contains this index. */
  readonly from: number;
  /** Chunks of the page at most. A page may end earlier, after 1 MB. */
  readonly limit?: number;
  /** Whether every chunk that was stored before is found. Costs twice the read units. */
  readonly isConsistent?: boolean;
};

/** Reads the logs. `log` is an organisation, `unknownOrgLog` or `anchorsLog`. */
export type LedgerReader = {
  /** Returns the last chunk of a log; `null` if the log is empty. */
  getNewestChunk(log: string, isConsistent?: boolean): Promise<Chunk | null>;
  /** Returns the chunk that begins at an index, eventually consistent; `null` if none does. */
  getChunk(log: string, first: number): Promise<Chunk | null>;
  listChunks(log: string, read: ChunkRead): Promise<ChunkPage>;
};

/** Appends to the logs. Chunks are never changed. */
export type LedgerWriter = {
  /**
   * Stores a chunk and the roots of the tiles that it completes. Returns `false` and stores nothing if another chunk has its
   * key, or may have it soon because another write is running.
   */
  put(log: string, chunk: Chunk, tileRoots: readonly SubtreeRoot[]): Promise<boolean>;
};

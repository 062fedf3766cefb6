import type { LedgerEntry } from "./entry.ts";

/** Entries of one chunk, and leaves of one tile. No chunk crosses a multiple of it. */
export const chunkEntries = 256;

/**
 * Consecutive entries of one log that were sequenced together. A log is a Merkle tree (RFC 6962) over its entries; the
 * sequence of an entry is its index + 1.
 */
export type Chunk = {
  /** Index of the first entry. */
  readonly first: number;
  /** Entries of the log up to the end of this chunk. */
  readonly size: number;
  /** When the entries were sequenced; never before the chunk in front. ISO 8601 with milliseconds. */
  readonly sealed_at: string;
  readonly entries: readonly LedgerEntry[];
  /** The roots of the perfect subtrees of the log up to the end of this chunk, largest first, 32 bytes each. */
  readonly frontier: readonly Uint8Array[];
  /** The root of the log up to the end of this chunk. */
  readonly root: Uint8Array;
  readonly source: ChunkSource;
};

/** Where the entries of a chunk come from. */
export type ChunkSource = {
  /** The shard of the stream of the events table. */
  readonly shard: string;
  /** The stream's sequence number of the last record in the chunk: decimal text, to be compared as a number. */
  readonly upTo: string;
};

/** The log of records that name no valid organisation. No organisation can have this id. */
export const unknownOrgLog = "~unknown";

/** The log of anchors. No organisation can have this id. */
export const anchorsLog = "~anchors";

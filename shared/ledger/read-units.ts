import type { Chunk } from "./chunk.ts";
import { hashBytes } from "./merkle/hashes.ts";

/** Bytes of items of the ledger, as expected. A chunk has its entries and the hashes of its frontier, a round its heads. */
const itemBytes = { chunk: 280, entry: 104, node: 80, round: 200, head: 80 } as const;

/** What an eventually consistent read of 4 KB costs, and one that finds nothing. A consistent read costs twice as much. */
const unitsPerRead = 0.5;
const bytesPerRead = 4_096;

/** Returns the expected read units of a query that returns these chunks. */
export function chunkReadUnits(chunks: readonly Chunk[], isConsistent = false): number {
  const bytesOf = ({ entries, frontier }: Chunk) =>
    itemBytes.chunk + entries.length * itemBytes.entry + frontier.length * hashBytes;
  return toUnits(
    chunks.reduce((sum, chunk) => sum + bytesOf(chunk), 0),
    isConsistent,
  );
}

/** Returns the expected read units of a query that returns so many nodes. */
export function nodeReadUnits(count: number, isConsistent: boolean): number {
  return toUnits(count * itemBytes.node, isConsistent);
}

/** Returns the expected read units of a round with so many heads, which is always read consistently. */
export function roundReadUnits(heads: number): number {
  return toUnits(itemBytes.round + heads * itemBytes.head, true);
}

function toUnits(bytes: number, isConsistent: boolean): number {
  return unitsPerRead * (isConsistent ? 2 : 1) * Math.max(1, Math.ceil(bytes / bytesPerRead));
}

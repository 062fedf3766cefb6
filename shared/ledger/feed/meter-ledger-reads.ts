import { meterRead } from "#shared/events/query/meter-read.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import type { ChunkRead, LedgerReader } from "#shared/ledger/ports.ts";
import { chunkReadUnits } from "#shared/ledger/read-units.ts";

/** Wraps the ledger so that a meter counts the expected cost of its reads. */
export function meterLedgerReads(ledger: LedgerReader, meter: ReadMeter): LedgerReader {
  return {
    getNewestChunk: (log, isConsistent = false) =>
      meterRead(
        meter,
        () => ledger.getNewestChunk(log, isConsistent),
        (chunk) => chunkReadUnits(toList(chunk), isConsistent),
      ),
    getChunk: (...read) =>
      meterRead(
        meter,
        () => ledger.getChunk(...read),
        (chunk) => chunkReadUnits(toList(chunk)),
      ),
    listChunks: (log, read) =>
      meterRead(
        meter,
        () => ledger.listChunks(log, read),
        ({ chunks }) => pageReadUnits(chunks, read),
      ),
  };
}

function toList(chunk: Chunk | null): readonly Chunk[] {
  return chunk === null ? [] : [chunk];
}

/** A page that starts within a chunk takes two reads: one of that chunk, and one of those after it. */
function pageReadUnits(chunks: readonly Chunk[], { from, isConsistent }: ChunkRead): number {
  const [first, ...others] = chunks;
  if (from === 0 || first?.first === from) return chunkReadUnits(chunks, isConsistent);
  return chunkReadUnits(toList(first ?? null), isConsistent) + chunkReadUnits(others, isConsistent);
}

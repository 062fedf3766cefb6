import type { ReadMeter } from "#shared/events/query/query.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";

/** Bytes of an item of the ledger, as expected: its keys, hashes and other attributes, and each of its entries. */
const chunkBytes = { fixed: 600, entry: 100 } as const;

/** What an eventually consistent read of 4 KB costs, and one that finds nothing. */
const unitsPerRead = 0.5;
const bytesPerRead = 4_096;

/** Wraps the ledger so that a meter counts the expected cost of its reads. */
export function meterLedgerReads(ledger: LedgerReader, meter: ReadMeter): LedgerReader {
  const metered = async <T>(read: () => Promise<T>, chunksOf: (result: T) => readonly Chunk[]): Promise<T> => {
    await meter.next();
    let units = 0;
    try {
      const result = await read();
      units = unitsOf(chunksOf(result));
      return result;
    } finally {
      meter.add(units);
    }
  };
  const single = (chunk: Chunk | null) => (chunk === null ? [] : [chunk]);
  return {
    getNewestChunk: (...read) => metered(() => ledger.getNewestChunk(...read), single),
    getChunk: (...read) => metered(() => ledger.getChunk(...read), single),
    listChunks: (...read) =>
      metered(
        () => ledger.listChunks(...read),
        ({ chunks }) => chunks,
      ),
  };
}

function unitsOf(chunks: readonly Chunk[]): number {
  const bytes = chunks.reduce((sum, { entries }) => sum + chunkBytes.fixed + entries.length * chunkBytes.entry, 0);
  return unitsPerRead * Math.max(1, Math.ceil(bytes / bytesPerRead));
}

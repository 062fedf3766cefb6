import type { ReadMeter } from "#shared/events/query/query.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";

/** Bytes of an item of the ledger, as expected: its keys, hashes and other attributes, and each of its entries. */
const chunkBytes = { fixed: 600, entry: 100 } as const;

/** What an eventually consistent read of 4 KB costs, and one that finds nothing. A consistent read costs twice as much. */
const unitsPerRead = 0.5;
const bytesPerRead = 4_096;

/** Wraps the ledger so that a meter counts the expected cost of its reads. */
export function meterLedgerReads(ledger: LedgerReader, meter: ReadMeter): LedgerReader {
  const metered = async <T>(read: () => Promise<T>, costOf: (result: T) => number): Promise<T> => {
    await meter.next();
    let units = 0;
    try {
      const result = await read();
      units = costOf(result);
      return result;
    } finally {
      meter.add(units);
    }
  };
  const costOfOne = (chunk: Chunk | null) => unitsOf(chunk === null ? [] : [chunk]);
  return {
    getNewestChunk: (log, isConsistent = false) =>
      metered(
        () => ledger.getNewestChunk(log, isConsistent),
        (chunk) => costOfOne(chunk) * timesRead(isConsistent),
      ),
    getChunk: (...read) => metered(() => ledger.getChunk(...read), costOfOne),
    listChunks: (log, read) =>
      metered(
        () => ledger.listChunks(log, read),
        ({ chunks }) => costOfPage(chunks, read.from) * timesRead(read.isConsistent),
      ),
  };
}

function timesRead(isConsistent = false): number {
  return isConsistent ? 2 : 1;
}

/** A page that starts within a chunk takes two reads: one of that chunk, and one of those after it. */
function costOfPage(chunks: readonly Chunk[], from: number): number {
  const [first, ...others] = chunks;
  if (from === 0 || first?.first === from) return unitsOf(chunks);
  return unitsOf(first === undefined ? [] : [first]) + unitsOf(others);
}

function unitsOf(chunks: readonly Chunk[]): number {
  const bytes = chunks.reduce((sum, { entries }) => sum + chunkBytes.fixed + entries.length * chunkBytes.entry, 0);
  return unitsPerRead * Math.max(1, Math.ceil(bytes / bytesPerRead));
}

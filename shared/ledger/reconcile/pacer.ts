import type { ReadMeter } from "#shared/events/query/query.ts";
import type { LedgerWriter } from "#shared/ledger/ports.ts";

export type PacerOptions = {
  readonly unitsPerSecond: number;
  /** Milliseconds of a clock. */
  now(): number;
  sleep(ms: number): Promise<unknown>;
};

/** Creates a meter that delays calls so that they use a number of units a second on average. */
export function createPacer({ unitsPerSecond, now, sleep }: PacerOptions): ReadMeter {
  let readyAt = 0;
  return {
    async next() {
      const waitMs = readyAt - now();
      if (waitMs > 0) await sleep(waitMs);
    },
    add(units) {
      readyAt = Math.max(readyAt, now()) + (1_000 * units) / unitsPerSecond;
    },
  };
}

/** Expected bytes of an entry, and of a chunk without entries. */
const entryBytes = 100;
const chunkBytes = 600;
const bytesPerUnit = 1_024;

/** Wraps the writer so that a pacer delays its writes by their expected cost. A chunk that completes a tile costs twice. */
export function paceWrites({ put }: LedgerWriter, pacer: ReadMeter): LedgerWriter {
  return {
    async put(log, chunk, tileRoots) {
      await pacer.next();
      const bytes = chunkBytes + chunk.entries.length * entryBytes;
      pacer.add(Math.ceil(bytes / bytesPerUnit) * (tileRoots.length > 0 ? 2 : 1));
      return put(log, chunk, tileRoots);
    },
  };
}

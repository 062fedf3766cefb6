import { describe, expect, it } from "vitest";
import { meterLedgerReads } from "#shared/ledger/feed/meter-ledger-reads.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";

const log = "org_a";

/** Returns the units that are counted for a read of a log with two full chunks: each has about 26 KB, seven times 4 KB. */
async function unitsOf(read: (ledger: LedgerReader) => Promise<unknown>): Promise<number> {
  const ledger = memoryLedger();
  await putLog(ledger, log, chunksOf(eventEntries(512), { sizes: [256, 256] }));
  let units = 0;
  const meter = {
    next: async () => undefined,
    add(read: number) {
      units += read;
    },
  };
  await read(meterLedgerReads(ledger, meter));
  return units;
}

describe("meterLedgerReads", () => {
  it("counts half a unit for each 4 KB, and for a read that finds nothing", async () => {
    expect(await unitsOf((ledger) => ledger.getNewestChunk(log))).toBe(3.5);
    expect(await unitsOf((ledger) => ledger.getChunk(log, 256))).toBe(3.5);
    expect(await unitsOf((ledger) => ledger.listChunks(log, { from: 0 }))).toBe(7);
    expect(await unitsOf((ledger) => ledger.getChunk(log, 512))).toBe(0.5);
    expect(await unitsOf((ledger) => ledger.listChunks("org_b", { from: 0 }))).toBe(0.5);
  });

  it("counts consistent reads twice", async () => {
    expect(await unitsOf((ledger) => ledger.getNewestChunk(log, true))).toBe(7);
    expect(await unitsOf((ledger) => ledger.listChunks(log, { from: 256, isConsistent: true }))).toBe(7);
    expect(await unitsOf((ledger) => ledger.getNewestChunk("org_b", true))).toBe(1);
  });

  it("counts two reads for a page that starts within a chunk", async () => {
    expect(await unitsOf((ledger) => ledger.listChunks(log, { from: 100 }))).toBe(7);
    expect(await unitsOf((ledger) => ledger.listChunks(log, { from: 300 }))).toBe(4);
    expect(await unitsOf((ledger) => ledger.listChunks(log, { from: 512 }))).toBe(1);
  });
});

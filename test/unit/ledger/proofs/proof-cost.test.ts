import { beforeAll, describe, expect, it } from "vitest";
import { toRequestCount } from "#shared/auth/rate-limit-cost.ts";
import { ActivityError } from "#shared/errors.ts";
import { checkpointTtlMs, getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import type { FindableEvent } from "#shared/ledger/feed/find-sequences.ts";
import { type FindProofPorts, findProof } from "#shared/ledger/proofs/find-proof.ts";
import { getProof } from "#shared/ledger/proofs/get-proof.ts";
import { getTile } from "#shared/ledger/proofs/get-tile.ts";
import { meterProofReads } from "#shared/ledger/proofs/meter-proof-reads.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import { testNow } from "#test/support/builders.ts";
import { anEventEntry, testSource } from "#test/support/ledger/entries.ts";
import { countingMeter } from "#test/support/memory/counting-meter.ts";
import { type MemoryLedger, memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryProofPorts } from "#test/support/memory/proofs.ts";

const log = "org_8f9a1c2d";

/** Tiles of 256 events. The last one is almost full: a proof of its events reads the most. */
const size = 12 * 256 - 1;

const minuteMs = 60_000;

/** The entry of an event that was recorded so many minutes after the first one. */
const entryAt = (minute: number, name = `event ${minute}`) =>
  anEventEntry(name, { recorded_at: new Date(testNow.getTime() + minute * minuteMs).toISOString() });

/** A log with an event each minute, each of which has a chunk of its own: no other costs more to read. */
async function aQuietLog(): Promise<MemoryLedger> {
  const ledger = memoryLedger();
  let head: Chunk | null = null;
  for (let minute = 0; minute < size; minute++) {
    const entry = entryAt(minute);
    const next = nextChunk(head, [entry], { now: new Date(entry.recorded_at), source: testSource });
    head = next.chunk;
    await ledger.put(log, next.chunk, next.tileRoots);
  }
  return ledger;
}

describe("the read units of a log whose events each have a chunk of their own", () => {
  let proofs: ReturnType<typeof memoryProofPorts>;
  beforeAll(async () => {
    proofs = memoryProofPorts(await aQuietLog());
  });

  /** Returns the units that are counted for a request, also if it is refused. */
  async function unitsOf(request: (ports: FindProofPorts) => Promise<unknown>): Promise<number> {
    const meter = countingMeter();
    await request({ ...proofs.ports, ...meterProofReads(proofs.ports, meter) }).catch((error: unknown) => {
      if (!(error instanceof ActivityError)) throw error;
    });
    return meter.units();
  }

  it("are 21 at most for a checkpoint that is signed, and one for a later one without new events", async () => {
    const signed = await unitsOf((ports) => getCheckpoint(ports, log, size));
    expect(signed).toBeGreaterThan(16);
    expect(signed).toBeLessThanOrEqual(21);
    expect(await unitsOf((ports) => getCheckpoint(ports, log, size))).toBe(0);
    proofs.pass(checkpointTtlMs);
    expect(await unitsOf((ports) => getCheckpoint(ports, log, size))).toBe(1);
  });

  it.each([1, 256, 1_500, size])(
    "are 16 to 19 for the proof of entry %d, with the checkpoint of before",
    async (sequence) => {
      await getCheckpoint(proofs.ports, log, 1);
      const units = await unitsOf((ports) => getProof(ports, log, { sequence, size }));
      expect(units).toBeGreaterThan(15);
      expect(units).toBeLessThanOrEqual(19);
    },
  );

  it("are 17 for a tile of entries, and one at most for a tile above", async () => {
    await getCheckpoint(proofs.ports, log, 1);
    expect(await unitsOf((ports) => getTile(ports, log, { level: 0, index: 1, width: 256 }))).toBe(17);
    expect(await unitsOf((ports) => getTile(ports, log, { level: 1, index: 0, width: 11 }))).toBeLessThanOrEqual(1);
  });

  const find = (ports: FindProofPorts, stored: FindableEvent) => {
    const occurred = { first: stored.occurred_at, last: stored.occurred_at };
    return findProof({ ...ports, findStoredEvent: async () => stored }, log, { ...stored, occurred });
  };

  it.each([0, 1_500, size - 1])(
    "are 42 at most for the proof of the event of minute %d, found by its times",
    async (minute) => {
      await getCheckpoint(proofs.ports, log, 1);
      const units = await unitsOf((ports) => find(ports, entryAt(minute)));
      expect(units).toBeGreaterThan(19);
      expect(units).toBeLessThanOrEqual(42);
    },
  );

  it("are 140 for an event that the log lacks, which count as two requests", async () => {
    const units = await unitsOf((ports) => find(ports, entryAt(0, "missing")));
    expect([units, toRequestCount(units)]).toEqual([140, 2]);
  });
});

import { describe, expect, it } from "vitest";
import type { LedgerEntry } from "#shared/ledger/entry.ts";
import type { SequencerPorts, SequencerRecord } from "#shared/ledger/sequencer/ports.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { testNow } from "#test/support/builders.ts";
import { eventEntries } from "#test/support/ledger/entries.ts";
import { type MemoryLedger, memoryClaims, memoryLedger } from "#test/support/memory/ledger.ts";

const shard = "shardId-1";

type TestPorts = SequencerPorts & { readonly ledger: MemoryLedger };

const portsWith = (over: Partial<TestPorts> = {}): TestPorts => ({
  ledger: memoryLedger(),
  claims: memoryClaims(),
  now: () => testNow,
  waitAfterConflict: async () => undefined,
  ...over,
});

/** Records with the sequence numbers from `from` on. */
function recordsOf(entries: readonly LedgerEntry[], { log = "org_a", from = 1 } = {}): SequencerRecord[] {
  return entries.map((entry, at) => ({ sequenceNumber: BigInt(from + at), log, entry }));
}

const entriesOf = ({ ledger }: TestPorts, log = "org_a") =>
  (ledger.logs.get(log) ?? []).flatMap(({ entries }) => entries);

/** Returns a function that throws for one log, and otherwise does as before. */
function failFor<Rest extends unknown[], T>(
  log: string,
  error: Error,
  call: (log: string, ...rest: Rest) => Promise<T>,
) {
  return async (called: string, ...rest: Rest): Promise<T> => {
    if (called === log) throw error;
    return call(called, ...rest);
  };
}

describe("sequenceBatch", () => {
  it("appends the records of each log in their order, in chunks that end at a multiple of 256", async () => {
    const ports = portsWith();
    const own = eventEntries(300);
    const other = eventEntries(2, "other");
    const records = [...recordsOf(own), ...recordsOf(other, { log: "org_b", from: 301 })];
    expect(await sequenceBatch(shard, records, ports)).toEqual({
      ...{ entries: 302, conflicts: 0, isClockAhead: false },
      failed: [],
    });
    expect(entriesOf(ports)).toEqual(own);
    expect(entriesOf(ports, "org_b")).toEqual(other);
    expect(ports.ledger.logs.get("org_a")?.map(({ first, size }) => [first, size])).toEqual([
      [0, 256],
      [256, 300],
    ]);
    expect(ports.ledger.tileRoots.get("org_a")).toHaveLength(1);
  });

  it("appends nothing when a batch is repeated, also after later batches", async () => {
    const ports = portsWith();
    const entries = eventEntries(30);
    const records = recordsOf(entries);
    const batches = [records.slice(0, 10), records.slice(10, 20), records.slice(20)];
    for (const batch of batches) await sequenceBatch(shard, batch, ports);
    for (const batch of [...batches, records]) {
      expect(await sequenceBatch(shard, batch, ports)).toMatchObject({ entries: 0 });
    }
    expect(entriesOf(ports)).toEqual(entries);
  });

  it("compares sequence numbers as numbers when they have different lengths", async () => {
    const ports = portsWith();
    const entries = eventEntries(4);
    const records = recordsOf(entries, { from: 8 });
    for (const record of records) await sequenceBatch(shard, [record], ports);
    expect(entriesOf(ports)).toEqual(entries);
  });

  it("never sets the time of a log back", async () => {
    const times = [testNow, new Date(testNow.getTime() - 59_000), new Date(testNow.getTime() + 1_000)];
    const ports = portsWith();
    for (const [at, record] of recordsOf(eventEntries(3)).entries()) {
      const now = () => times[at] ?? testNow;
      expect(await sequenceBatch(shard, [record], { ...ports, now })).toMatchObject({ isClockAhead: false });
    }
    const sealed = ports.ledger.logs.get("org_a")?.map(({ sealed_at }) => sealed_at);
    expect(sealed).toEqual([testNow, testNow, times[2]].map((time) => time?.toISOString()));
  });

  it.each<[string, (ledger: MemoryLedger, error: Error) => Partial<MemoryLedger>]>([
    [
      "its end cannot be read",
      (ledger, error) => ({ getNewestChunk: failFor("org_bad", error, ledger.getNewestChunk) }),
    ],
    ["no chunk can be added to it", (ledger, error) => ({ put: failFor("org_bad", error, ledger.put) })],
  ])("goes on with all other logs, and returns the one that failed, when %s", async (_, damage) => {
    const ledger = memoryLedger();
    const error = new Error("away");
    const ports = portsWith({ ledger: { ...ledger, ...damage(ledger, error) } });
    const entries = eventEntries(6);
    const records = recordsOf(entries).map((record, at) => ({
      ...record,
      log: ["org_a", "org_bad", "org_c"][at % 3] ?? "",
    }));
    for (const batch of [records.slice(0, 3), records.slice(3)]) {
      const bad = batch.filter(({ log }) => log === "org_bad");
      const failed = [{ log: "org_bad", records: bad, error }];
      expect(await sequenceBatch(shard, batch, ports)).toMatchObject({ entries: 2, failed });
    }
    expect(entriesOf(ports, "org_a")).toEqual([entries[0], entries[3]]);
    expect(entriesOf(ports, "org_c")).toEqual([entries[2], entries[5]]);
    expect(entriesOf(ports, "org_bad")).toEqual([]);
  });

  it.each([0, 1])(
    "reports a chunk that sets the time of a log a minute ahead of the clock, once, after %d",
    async (before) => {
      const ports = portsWith();
      // Of two machines, whose clocks are an hour apart. That of the second one is wrong at first, and later by a day.
      const right = new Date(testNow.getTime() - 3_600_000);
      const tomorrow = new Date(testNow.getTime() + 86_400_000);
      const times = [...Array.from({ length: before }, () => right), testNow, right, right, tomorrow, right, right];
      const reported: boolean[] = [];
      for (const [at, record] of recordsOf(eventEntries(times.length)).entries()) {
        const now = () => times[at] ?? testNow;
        reported.push((await sequenceBatch(shard, [record], { ...ports, now })).isClockAhead);
      }
      expect(reported.slice(before)).toEqual([false, true, false, false, true, false]);
    },
  );

  it("appends the records of a log that failed when the batch is repeated", async () => {
    const ledger = memoryLedger();
    const failing = {
      ...ledger,
      put: async (log: string, ...chunk: [never, never]) => {
        if (log === "org_a") throw new Error("throttled");
        return ledger.put(log, ...chunk);
      },
    };
    const ports = portsWith();
    const records = ["org_a", "org_b", "org_c"].flatMap((log, at) =>
      recordsOf(eventEntries(1, log), { log, from: at + 1 }),
    );
    expect(await sequenceBatch(shard, records, { ...ports, ledger: failing })).toMatchObject({
      entries: 2,
      failed: [{ log: "org_a" }],
    });
    expect([...ledger.logs.keys()]).toEqual(["org_b", "org_c"]);
    expect(await sequenceBatch(shard, records, { ...ports, ledger })).toMatchObject({ entries: 1 });
  });

  it("counts conflicts, and appends after the chunk of another shard", async () => {
    const ports = portsWith();
    const [own, other] = [eventEntries(2, "own"), eventEntries(2, "other")];
    let isFirst = true;
    const ledger: MemoryLedger = {
      ...ports.ledger,
      async put(...chunk) {
        if (isFirst) {
          isFirst = false;
          await sequenceBatch("shardId-2", recordsOf(other), ports);
        }
        return ports.ledger.put(...chunk);
      },
    };
    expect(await sequenceBatch(shard, recordsOf(own), { ...ports, ledger })).toMatchObject({
      conflicts: 1,
      entries: 2,
    });
    expect(entriesOf(ports)).toEqual([...other, ...own]);
  });
});

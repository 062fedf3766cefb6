import { describe, expect, it } from "vitest";
import { type Chunk, chunkEntries } from "#shared/ledger/chunk.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import { findSequences, type SequencePosition } from "#shared/ledger/feed/find-sequences.ts";
import { meterLedgerReads } from "#shared/ledger/feed/meter-ledger-reads.ts";
import { nextChunk, roomAfter } from "#shared/ledger/sequencer/next-chunk.ts";
import { testNow } from "#test/support/builders.ts";
import { anEventEntry, testSource } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";

const log = "org_a";
const start = testNow.getTime();

/** An entry that was recorded some seconds after the start of the log. */
const recordedAt = (name: string, seconds: number, over: Partial<EventEntry> = {}) =>
  anEventEntry(name, { recorded_at: sealedAfter(seconds), ...over });

const sealedAfter = (seconds: number) => new Date(start + seconds * 1_000).toISOString();

type Sequenced = { readonly entry: EventEntry; readonly seconds: number };

/** Creates a log whose entries were sequenced at their time, `perChunk` together. Counts its reads. */
async function aLedger(entries: readonly Sequenced[], perChunk: number) {
  const ledger = memoryLedger();
  let head: Chunk | null = null;
  for (let at = 0; at < entries.length; ) {
    const added = entries.slice(at, at + Math.min(perChunk, roomAfter(head)));
    const now = new Date(start + (added.at(-1)?.seconds ?? 0) * 1_000);
    const built = nextChunk(
      head,
      added.map(({ entry }) => entry),
      { now, source: testSource },
    );
    await ledger.put(log, built.chunk, built.tileRoots);
    head = built.chunk;
    at += added.length;
  }
  let reads = 0;
  const meter = {
    async next() {
      reads += 1;
    },
    add: () => undefined,
  };
  return { ledger: meterLedgerReads(ledger, meter), reads: () => reads };
}

/** A log with an event a second, each sequenced in the second in which it was recorded. */
const eventPerSecond = (count: number): Sequenced[] =>
  Array.from({ length: count }, (_, at) => ({ entry: recordedAt(`event ${at}`, at), seconds: at }));

const sequencesOf = (found: ReadonlyMap<unknown, SequencePosition | null>) =>
  [...found.values()].map((position) => position?.sequence ?? null);

describe("findSequences", () => {
  it.each([1, 7, 256])("finds each event of a log with %i entries in a chunk", async (perChunk) => {
    const entries = eventPerSecond(3 * chunkEntries + 10).map(({ entry }) => entry);
    const { ledger } = await aLedger(eventPerSecond(entries.length), perChunk);
    const found = await findSequences(ledger, log, entries);
    expect(sequencesOf(found)).toEqual(entries.map((_, at) => at + 1));
  });

  it("maps an event that was not sequenced to null, also in an empty log", async () => {
    const missing = recordedAt("missing", 5);
    expect(await findSequences(memoryLedger(), log, [missing])).toEqual(new Map([[missing, null]]));
    const { ledger } = await aLedger(eventPerSecond(10), 1);
    expect(await findSequences(ledger, log, [missing])).toEqual(new Map([[missing, null]]));
  });

  it("finds an event that was sequenced hours late, or by a clock that is minutes behind", async () => {
    const late = recordedAt("late", 100);
    const early = recordedAt("early", 4_200);
    const entries = eventPerSecond(4_001);
    entries.push({ entry: late, seconds: 4_001 }, { entry: early, seconds: 4_002 });
    const { ledger } = await aLedger(entries, 5);
    expect(sequencesOf(await findSequences(ledger, log, [late, early]))).toEqual([4_002, 4_003]);
  });

  it("returns when the chunk of an event was sealed", async () => {
    const { ledger } = await aLedger(eventPerSecond(4), 2);
    const found = await findSequences(ledger, log, [recordedAt("event 2", 2)]);
    expect([...found.values()]).toEqual([{ sequence: 3, sealed_at: sealedAfter(3) }]);
  });

  it("distinguishes events that have the same id", async () => {
    const first = recordedAt("same", 1);
    const second = { ...first, entity_id: "inv_other" };
    const { ledger } = await aLedger(
      [second, first].map((entry) => ({ entry, seconds: 1 })),
      1,
    );
    const found = await findSequences(ledger, log, [first, second]);
    expect(sequencesOf(found)).toEqual([2, 1]);
  });

  it("finds the events of a page in a long log with few reads", async () => {
    const entries = eventPerSecond(30 * chunkEntries);
    const { ledger, reads } = await aLedger(entries, 60);
    const recent = entries.slice(-50).map(({ entry }) => entry);
    await findSequences(ledger, log, recent);
    const forRecent = reads();
    expect(forRecent).toBeLessThanOrEqual(5);
    await findSequences(
      ledger,
      log,
      entries.slice(5_000, 5_050).map(({ entry }) => entry),
    );
    expect(reads() - forRecent).toBeLessThanOrEqual(25);
  });

  it.each([
    ["weeks", 7 * 86_400],
    ["a day", 86_400],
    ["an hour", 3_600],
    ["seconds", 10],
  ])("takes at most five reads for a page of events from %s before a long log", async (_, seconds) => {
    const { ledger, reads } = await aLedger(eventPerSecond(40 * chunkEntries), 2);
    const before = Array.from({ length: 100 }, (_, at) => recordedAt(`before ${at}`, -seconds * (1 + at / 100)));
    expect(new Set((await findSequences(ledger, log, before)).values())).toEqual(new Set([null]));
    expect(reads()).toBeLessThanOrEqual(5);
  });

  it("takes a bounded number of reads for a page of events that a long log lacks", async () => {
    const { ledger, reads } = await aLedger(eventPerSecond(40 * chunkEntries), 2);
    const lacking = Array.from({ length: 100 }, (_, at) => recordedAt(`lacking ${at}`, 5_000 + at));
    expect(new Set((await findSequences(ledger, log, lacking)).values())).toEqual(new Set([null]));
    expect(reads()).toBeLessThanOrEqual(20);
  });

  it("finds an event that the stream of the sequencer still had when the log began", async () => {
    const oldest = recordedAt("oldest", -86_000);
    const { ledger } = await aLedger([{ entry: oldest, seconds: 0 }, ...eventPerSecond(300)], 5);
    expect(sequencesOf(await findSequences(ledger, log, [oldest]))).toEqual([1]);
  });

  it("reads the end of a log once for all events that are not sequenced", async () => {
    const { ledger, reads } = await aLedger(eventPerSecond(1_000), 10);
    const missing = Array.from({ length: 100 }, (_, at) => recordedAt(`missing ${at}`, 1_000 + at));
    expect(new Set((await findSequences(ledger, log, missing)).values())).toEqual(new Set([null]));
    expect(reads()).toBeLessThanOrEqual(10);
  });
});

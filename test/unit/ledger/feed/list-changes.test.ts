import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { listChanges } from "#shared/ledger/feed/list-changes.ts";
import { feedFixture, unlimited } from "#test/support/ledger/feed-fixture.ts";

type Fixture = ReturnType<typeof feedFixture>;

const list = ({ ports, org_id }: Fixture, after: number, limit = 100, budget = unlimited) =>
  listChanges(ports, { org_id, after, limit }, budget);

const sequences = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** A log of `count` events in chunks of this size. */
async function logOf(count: number, chunkSize = 256): Promise<Fixture> {
  const fixture = feedFixture();
  await fixture.append(fixture.storeEvents(count), chunkSize);
  return fixture;
}

describe("listChanges", () => {
  it("returns an empty page for an empty log", async () => {
    expect(await list(feedFixture(), 0)).toEqual({ changes: [], latest_sequence: 0 });
  });

  it.each([
    ["at the end", 10],
    ["beyond the end", 11],
    ["far beyond the end", Number.MAX_SAFE_INTEGER],
  ])("returns an empty page with the latest sequence %s of the log", async (_, after) => {
    expect(await list(await logOf(10, 3), after)).toEqual({ changes: [], latest_sequence: 10 });
  });

  it.each([1, 7, 100, 256])(
    "returns each event with its number from any sequence on, in chunks of %i",
    async (size) => {
      const fixture = await logOf(600, size);
      for (const [after, limit] of [
        [0, 100],
        [1, 1],
        [255, 2],
        [256, 300],
        [300, 1_000],
        [599, 5],
      ] as const) {
        const { changes, latest_sequence } = await list(fixture, after, limit);
        const expected = sequences(after + 1, Math.min(600, after + limit));
        expect(changes.map(({ sequence }) => sequence)).toEqual(expected);
        expect(changes.map(({ activity }) => activity?.event_id)).toEqual(
          expected.map((sequence) => `evt_${String(sequence - 1).padStart(32, "0")}`),
        );
        expect(latest_sequence).toBe(600);
      }
    },
  );

  it("reads the end of the log consistently when the client has more of it, and not otherwise", async () => {
    const fixture = await logOf(10, 5);
    const { ledger, org_id } = fixture;
    const getNewestChunk = vi.spyOn(ledger, "getNewestChunk");
    const [older = null] = ledger.logs.get(org_id) ?? [];
    for (const stale of [older, null]) {
      getNewestChunk.mockResolvedValueOnce(stale);
      expect(await list(fixture, 10)).toEqual({ changes: [], latest_sequence: 10 });
      expect(getNewestChunk).toHaveBeenLastCalledWith(org_id, true);
    }
    getNewestChunk.mockClear();
    await list(fixture, 10);
    expect(getNewestChunk.mock.calls).toEqual([[org_id]]);
  });

  it("reads only the newest chunk of the log when that holds all that the client does not have", async () => {
    const fixture = await logOf(300);
    const listChunks = vi.spyOn(fixture.ledger, "listChunks");
    await list(fixture, 256);
    expect(listChunks).not.toHaveBeenCalled();
  });

  it("reads quiet logs, whose chunks have one entry, in few reads", async () => {
    const fixture = await logOf(1_200, 1);
    const listChunks = vi.spyOn(fixture.ledger, "listChunks");
    await list(fixture, 100, 1_000);
    expect(listChunks.mock.calls.map(([, read]) => read.limit)).toEqual([1, 999]);
  });

  it("lists a number without its event for a hidden kind, without reading the event", async () => {
    const fixture = feedFixture();
    await fixture.append([
      ...fixture.storeEvents(1),
      ...fixture.storeEvents(1, { entity_type: "USER" }),
      ...fixture.storeEvents(1, { entity_type: "WEBHOOK_ENDPOINT" }),
    ]);
    const { changes } = await list(fixture, 0);
    expect(changes.map(({ sequence, reason }) => [sequence, reason])).toEqual([
      [1, undefined],
      [2, "hidden"],
      [3, "hidden"],
    ]);
    expect(fixture.reads).toEqual([{ size: 1, isConsistent: false }]);
    expect(fixture.reported).toEqual([]);
  });

  it("withholds tampering, and events with other content than was sequenced", async () => {
    const fixture = feedFixture();
    const [entry] = fixture.storeEvents(1);
    if (entry === undefined) throw new Error("no entry");
    const tamper = { kind: "tamper" as const, timeline: "t", position: "p", sha256: new Uint8Array(32) };
    await fixture.append([{ ...entry, sha256: new Uint8Array(32) }, tamper]);
    const { changes } = await list(fixture, 0);
    expect(changes).toMatchObject([
      { sequence: 1, activity: null, reason: "tampered" },
      { sequence: 2, activity: null, reason: "tampered" },
    ]);
    expect(fixture.reported).toEqual(changes);
  });

  it.each(["INVOICE", "OF_A_LATER_RELEASE"])(
    "says of an event of the type %s that this release cannot read it, so that the client asks again",
    async (entity_type) => {
      const fixture = feedFixture();
      const [entry] = fixture.storeEvents(1);
      if (entry === undefined) throw new Error("no entry");
      fixture.items.set(entry.event_id, { event: null, canonical: entry.event_id, sha256: entry.sha256 });
      await fixture.append([{ ...entry, entity_type }]);
      expect((await list(fixture, 0)).changes).toMatchObject([{ activity: null, reason: "unreadable" }]);
    },
  );

  it("shows no event of a hidden kind whose entry has another type", async () => {
    const fixture = feedFixture();
    const [entry] = fixture.storeEvents(1, { entity_type: "USER" });
    if (entry === undefined) throw new Error("no entry");
    await fixture.append([{ ...entry, entity_type: "UNKNOWN" }]);
    expect((await list(fixture, 0)).changes).toMatchObject([{ activity: null, reason: "hidden" }]);
  });

  it("reads events again consistently that were not found, and reports those that are missing", async () => {
    const fixture = feedFixture();
    const [late, gone, ...others] = fixture.storeEvents(4);
    if (late === undefined || gone === undefined) throw new Error("no entries");
    fixture.unseen.add(late.event_id);
    fixture.items.delete(gone.event_id);
    await fixture.append([late, gone, ...others]);
    const { changes } = await list(fixture, 0);
    expect(changes.map(({ reason }) => reason)).toEqual([undefined, "missing", undefined, undefined]);
    expect(fixture.reads).toEqual([
      { size: 4, isConsistent: false },
      { size: 2, isConsistent: true },
    ]);
    expect(fixture.reported).toMatchObject([{ sequence: 2, reason: "missing" }]);
  });

  it("reads a hundred events at a time", async () => {
    const fixture = await logOf(1_000);
    await list(fixture, 0, 1_000);
    expect(fixture.reads.map(({ size }) => size)).toEqual(Array(10).fill(100));
  });

  it("ends a page before its budget is exceeded, but not before its first change", async () => {
    const fixture = await logOf(300);
    const of = () => 100;
    const lengthFor = async (bytes: number) => (await list(fixture, 0, 300, { bytes, of })).changes.length;
    expect(await lengthFor(1)).toBe(1);
    expect(await lengthFor(199)).toBe(1);
    expect(await lengthFor(200)).toBe(2);
    expect(await lengthFor(15_000)).toBe(150);
    expect(await lengthFor(30_000)).toBe(300);
  });

  it("reads no more events than are likely to fit into the budget", async () => {
    const fixture = await logOf(1_000);
    await list(fixture, 0, 1_000, { bytes: 25_000, of: () => 100 });
    expect(fixture.reads.map(({ size }) => size)).toEqual([100, 100, 50, 1]);
  });

  it("ends at the end of the log when a page names another one after it, as DynamoDB does", async () => {
    const fixture = await logOf(30, 10);
    const { ledger } = fixture;
    const listChunks = ledger.listChunks.bind(ledger);
    vi.spyOn(ledger, "listChunks").mockImplementation(async (log, read) => {
      const page = await listChunks(log, read);
      return { ...page, next: page.chunks.at(-1)?.size ?? null };
    });
    expect((await list(fixture, 5, 100)).changes).toHaveLength(25);
  });

  it("reads chunks again consistently when one lacks between others, and throws when it is really missing", async () => {
    const fixture = await logOf(30, 10);
    const { ledger, org_id } = fixture;
    const listChunks = vi.spyOn(ledger, "listChunks");
    const all: readonly Chunk[] = ledger.logs.get(org_id) ?? [];
    const [first, , third] = all;
    if (first === undefined || third === undefined) throw new Error("no chunks");
    listChunks.mockResolvedValueOnce({ chunks: [first, third], next: null });
    expect((await list(fixture, 0)).changes).toHaveLength(30);
    expect(listChunks.mock.calls.map(([, { isConsistent }]) => isConsistent)).toEqual([undefined, true, undefined]);
    listChunks.mockResolvedValue({ chunks: [first, third], next: null });
    await expect(list(fixture, 0)).rejects.toThrow("has a gap after 0 entries");
  });
});

it("(property) pages of any limits yield each number once, in order, while chunks are appended between them", async () => {
  const step = fc.record({
    limit: fc.integer({ min: 1, max: 400 }),
    appended: fc.integer({ min: 0, max: 300 }),
    chunkSize: fc.integer({ min: 1, max: 256 }),
    budget: fc.constantFrom(50, 5_000, 1_000_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const fixture = feedFixture();
      const seen: number[] = [];
      const ids = new Set<string | undefined>();
      const next = async (limit: number, bytes: number) => {
        const { changes, latest_sequence } = await list(fixture, seen.length, limit, { bytes, of: () => 50 });
        for (const { sequence, activity } of changes) {
          seen.push(sequence);
          ids.add(activity?.event_id);
        }
        return latest_sequence;
      };
      let total = 0;
      for (const { limit, appended, chunkSize, budget } of steps) {
        await fixture.append(fixture.storeEvents(appended), chunkSize);
        total += appended;
        expect(await next(limit, budget)).toBe(total);
      }
      while (seen.length < total) await next(100, 1_000_000);
      expect(seen).toEqual(sequences(1, total));
      expect(ids.size).toBe(total);
    }),
    { numRuns: 60 },
  );
});

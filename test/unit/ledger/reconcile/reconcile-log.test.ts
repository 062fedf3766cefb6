import { describe, expect, it } from "vitest";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { ReconcilePorts } from "#shared/ledger/reconcile/ports.ts";
import { reconcileLog } from "#shared/ledger/reconcile/reconcile-log.ts";
import { reconcilerShard } from "#shared/ledger/sequencer/appended-records.ts";
import { testNow } from "#test/support/builders.ts";
import { aRecordedEvent, hoursAgo, reconcileFixture } from "#test/support/ledger/reconcile-fixture.ts";

const org = "org_8f9a1c2d";

const options = {
  isDryRun: false,
  notifies: false,
  recordedBefore: hoursAgo(25),
  deadline: testNow.getTime() + 10_000,
};

const noCounts = { events: 0, missing: 0, tooYoung: 0, unreadable: 0 };

/** Events of the last `count` hours before yesterday, oldest first. */
const oldEvents = (count: number) => Array.from({ length: count }, (_, at) => aRecordedEvent(at, 30 + count - at));

const ids = (events: readonly { event_id: string }[]) => events.map(({ event_id }) => event_id);

/** Calls until the run is done, as the command line does. Returns the number of calls. */
async function callUntilDone(ports: ReconcilePorts, budgetMs: number) {
  for (let calls = 1; ; calls++) {
    const run = await reconcileLog(org, ports, { ...options, deadline: ports.now().getTime() + budgetMs });
    if (run.step === "done") return { run, calls };
  }
}

describe("reconcileLog", () => {
  it("appends all events of an empty log, oldest first, in full chunks", async () => {
    const events = oldEvents(600);
    const { ports, idsOf, chunksOf } = reconcileFixture(events);
    const { step, counts } = await reconcileLog(org, ports, options);
    expect({ step, counts }).toEqual({ step: "done", counts: { ...noCounts, events: 600, missing: 600 } });
    expect(idsOf(org)).toEqual(ids(events));
    expect(chunksOf(org).map(({ entries, source }) => [entries.length, source.shard])).toEqual([
      [256, reconcilerShard],
      [256, reconcilerShard],
      [88, reconcilerShard],
    ]);
  });

  it("appends what the sequencer discarded, and nothing else, at the end", async () => {
    const events = oldEvents(1_000);
    const { ports, idsOf, sequence } = reconcileFixture(events);
    const discarded = events.filter((_, at) => at % 250 === 7);
    const sequenced = events.filter((event) => !discarded.includes(event)).toReversed();
    await sequence(sequenced);
    const { counts } = await reconcileLog(org, ports, options);
    expect(counts).toEqual({ ...noCounts, events: 1_000, missing: 4 });
    expect(idsOf(org)).toEqual([...ids(sequenced), ...ids(discarded)]);
  });

  it("appends nothing when it is repeated", async () => {
    const { ports, idsOf } = reconcileFixture(oldEvents(300));
    await reconcileLog(org, ports, options);
    const { counts } = await reconcileLog(org, ports, options);
    expect(counts).toEqual({ ...noCounts, events: 300 });
    expect(idsOf(org)).toHaveLength(300);
  });

  it("leaves events to the sequencer that may be in its stream, and counts those without an entry", async () => {
    const young = [
      aRecordedEvent(900, 3),
      aRecordedEvent(901, 24.9),
      aRecordedEvent(902, 2, { occurred_at: hoursAgo(99) }),
    ];
    const [sequenced] = young;
    const { ports, idsOf, sequence } = reconcileFixture([...oldEvents(10), ...young]);
    await sequence(sequenced === undefined ? [] : [sequenced]);
    const { counts } = await reconcileLog(org, ports, options);
    expect(counts).toEqual({ ...noCounts, events: 13, missing: 10, tooYoung: 2 });
    expect(idsOf(org)).toHaveLength(11);
  });

  it("counts and appends nothing in a dry run", async () => {
    const { ports, idsOf } = reconcileFixture(oldEvents(300), { pageSize: 70 });
    const { counts } = await reconcileLog(org, ports, { ...options, isDryRun: true });
    expect(counts).toEqual({ ...noCounts, events: 300, missing: 300 });
    expect(idsOf(org)).toEqual([]);
  });

  it.each([
    { notifies: false, notify: null, expected: false },
    { notifies: true, notify: null, expected: true },
    { notifies: true, notify: "no" as const, expected: false },
  ])(
    "appends an entry that notifies: $expected when asked $notifies, for an event with notify $notify",
    async (given) => {
      const { ports, chunksOf } = reconcileFixture([aRecordedEvent(1, 40, { notify: given.notify })]);
      await reconcileLog(org, ports, { ...options, notifies: given.notifies });
      expect(chunksOf(org)[0]?.entries).toMatchObject([{ kind: "event", notifies: given.expected }]);
    },
  );

  it("continues where the call before ended, and appends each event once", async () => {
    const events = oldEvents(900);
    const { ports, idsOf, sequence } = reconcileFixture(events, { pageSize: 100, msPerLook: 1 });
    await sequence(events.filter((_, at) => at % 3 === 0));
    const { run, calls } = await callUntilDone(ports, 2);
    expect(calls).toBeGreaterThan(10);
    expect(run.counts).toEqual({ ...noCounts, events: 900, missing: 600 });
    expect(idsOf(org).toSorted()).toEqual(ids(events).toSorted());
  });

  it("appends each event once when two runs overlap", async () => {
    const events = oldEvents(700);
    const fixture = reconcileFixture(events, { pageSize: 100, msPerLook: 1 });
    const other = { ...fixture.ports, runs: reconcileFixture([]).ports.runs };
    await Promise.all([callUntilDone(fixture.ports, 3), callUntilDone(other, 2)]);
    expect(fixture.idsOf(org).toSorted()).toEqual(ids(events).toSorted());
  });

  it("throws conflict when another call continues the same run", async () => {
    const { ports } = reconcileFixture(oldEvents(300), { pageSize: 10, msPerLook: 1 });
    const call = () => reconcileLog(org, ports, { ...options, deadline: ports.now().getTime() + 2 });
    await call();
    const results = await Promise.allSettled([call(), call()]);
    const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(reasons).toEqual([expect.objectContaining({ code: "conflict" })]);
  });

  it("begins anew after a day", async () => {
    const { ports } = reconcileFixture(oldEvents(100), { pageSize: 10 });
    await reconcileLog(org, ports, { ...options, deadline: 0 });
    const later = { ...ports, now: () => new Date(testNow.getTime() + 25 * 3_600_000) };
    const { counts } = await reconcileLog(org, later, { ...options, deadline: later.now().getTime() + 1 });
    expect(counts).toEqual({ ...noCounts, events: 100, missing: 100 });
  });

  it("counts an item that is not an event, and appends the others", async () => {
    const { ports, items, idsOf } = reconcileFixture(oldEvents(3));
    const [first, ...rest] = items;
    if (first === undefined) throw new Error("The fixture is empty.");
    items.splice(0, items.length, { ...first, item: { ...first.item, metadata: { S: "[" } } }, ...rest);
    const { counts } = await reconcileLog(org, ports, options);
    expect(counts).toEqual({ ...noCounts, events: 3, missing: 2, unreadable: 1 });
    expect(idsOf(org)).toHaveLength(2);
  });

  it("distinguishes events of several entities with one id", async () => {
    const events = ["inv_a", "inv_b", "inv_c"].map((entity_id) => aRecordedEvent(1, 40, { entity_id }));
    const { ports, chunksOf, sequence } = reconcileFixture(events, { pageSize: 1 });
    await sequence(events.slice(1, 2));
    await reconcileLog(org, ports, options);
    const entityIds = chunksOf(org).flatMap(({ entries }) =>
      entries.map((one) => one.kind === "event" && one.entity_id),
    );
    expect(entityIds).toEqual(["inv_b", "inv_a", "inv_c"]);
  });

  it("throws when a chunk of the log is damaged", async () => {
    const { ports } = reconcileFixture(oldEvents(3));
    const damaged = async () => {
      throw new DamagedChunkError("log#org 0", "injected");
    };
    const ledger = { ...ports.ledger, listChunks: damaged };
    await expect(reconcileLog(org, { ...ports, ledger }, options)).rejects.toThrow(DamagedChunkError);
  });
});

import type { DynamoDBRecord } from "aws-lambda";
import { beforeEach, describe, expect, it } from "vitest";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { createSequencerHandler } from "#shared/ledger/aws/sequencer-handler.ts";
import { unknownOrgLog } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { QuarantineReference } from "#shared/platform/aws/quarantine-queue.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";
import { type MemoryLedger, memoryClaims, memoryLedger } from "#test/support/memory/ledger.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

function aRecord(number: number, over: Partial<ActivityEvent> = {}): DynamoDBRecord {
  const item = toEventItem(anEvent({ event_id: `evt_${String(number).padStart(32, "0")}`, ...over }));
  const NewImage = Object.fromEntries(Object.entries(item).map(([name, S]) => [name, { S }]));
  const { timeline = { S: "" }, position = { S: "" } } = NewImage;
  return { eventName: "INSERT", dynamodb: { SequenceNumber: String(number), Keys: { timeline, position }, NewImage } };
}

/** A sequencer with an empty ledger, whose clock a test can set. */
function aSequencer() {
  const ledger = memoryLedger();
  const clock = { now: testNow };
  const quarantined: QuarantineReference[] = [];
  const quarantine = {
    async put(reference: QuarantineReference) {
      quarantined.push(reference);
    },
  };
  const handler = createSequencerHandler({
    parseEvent: parseEventOfAnyRelease,
    quarantine,
    ledger,
    claims: memoryClaims(),
    now: () => clock.now,
    waitAfterConflict: async () => {},
  });
  const sequence = (...Records: DynamoDBRecord[]) => handler({ shardId: "shardId-1", Records }, buildLambdaContext());
  const entries = (log: string) => (ledger.logs.get(log) ?? []).flatMap((chunk) => chunk.entries);
  return { ledger, clock, quarantine, quarantined, handler, sequence, entries };
}

/** Damages the last chunk of a log. */
function damage(ledger: MemoryLedger, damaged: string): void {
  const { getNewestChunk } = ledger;
  ledger.getNewestChunk = async (log, ...rest) => {
    if (log === damaged) throw new DamagedChunkError(`log#${log} 0`, "size is not valid");
    return getNewestChunk(log, ...rest);
  };
}

describe("createSequencerHandler", () => {
  it("appends each record to the log of its organisation, and counts the entries", async () => {
    const { sequence, entries } = aSequencer();
    const response = await sequence(aRecord(9), aRecord(10, { org_id: "org_other" }), aRecord(11));
    expect(response).toEqual({ state: {}, batchItemFailures: [] });
    expect(entries("org_8f9a1c2d")).toHaveLength(2);
    expect(entries("org_other")).toHaveLength(1);
    expect(lines).toEqual([expect.objectContaining({ EntriesSequenced: 3 })]);
  });

  it("appends nothing for a repeated batch", async () => {
    const { sequence, entries } = aSequencer();
    await sequence(aRecord(9), aRecord(10));
    await sequence(aRecord(9), aRecord(10), aRecord(11));
    expect(entries("org_8f9a1c2d")).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ EntriesSequenced: 1 });
  });

  it.each(["MODIFY", "REMOVE"] as const)("appends %s as tampering", async (eventName) => {
    const { sequence, entries } = aSequencer();
    const { dynamodb } = aRecord(1);
    await sequence({ eventName, dynamodb: { ...dynamodb, OldImage: dynamodb?.NewImage ?? {} } });
    expect(entries("org_8f9a1c2d")).toMatchObject([{ kind: "tamper" }]);
  });

  it("appends an item that names no organisation to a log of its own", async () => {
    const { sequence, entries } = aSequencer();
    await sequence({ eventName: "INSERT", dynamodb: { SequenceNumber: "1", NewImage: { other: { N: "1" } } } });
    expect(entries(unknownOrgLog)).toMatchObject([{ kind: "tamper" }]);
  });

  it("returns a state for the last invocation of a window, which has no records", async () => {
    const { sequence } = aSequencer();
    expect(await sequence()).toEqual({ state: {}, batchItemFailures: [] });
    expect(lines).toEqual([]);
  });

  it("reports the first record, so that the whole batch is repeated, when a call fails", async () => {
    const { ledger, sequence } = aSequencer();
    ledger.put = async () => {
      throw new Error("away");
    };
    const response = await sequence(aRecord(9), aRecord(10));
    expect(response).toEqual({ state: {}, batchItemFailures: [{ itemIdentifier: "9" }] });
    expect(lines).toMatchObject([
      { EntriesSequenced: 0 },
      { level: "error", message: "log not appended to", log: "org_8f9a1c2d", records: 2 },
    ]);
  });

  it("quarantines the records of a damaged log, and goes on with the others", async () => {
    const { ledger, sequence, entries, quarantined } = aSequencer();
    damage(ledger, "org_bad");
    for (const number of [1, 4]) {
      const bad = aRecord(number + 1, { org_id: "org_bad" });
      expect(await sequence(aRecord(number), bad, aRecord(number + 2))).toEqual({ state: {}, batchItemFailures: [] });
    }
    expect(entries("org_8f9a1c2d")).toHaveLength(4);
    expect(quarantined).toMatchObject([
      { log: "org_bad", sequence_number: "2", key: { timeline: "org_bad#inv_8c3f1a9b" } },
      { log: "org_bad", sequence_number: "5" },
    ]);
  });

  it("repeats a batch whose records cannot be quarantined", async () => {
    const { ledger, sequence, quarantine } = aSequencer();
    damage(ledger, "org_bad");
    quarantine.put = async () => {
      throw new Error("no queue");
    };
    expect(await sequence(aRecord(1), aRecord(2, { org_id: "org_bad" }))).toEqual({
      state: {},
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(lines.at(-1)).toMatchObject({ message: "unsequenced record not reported", log: "org_bad" });
  });

  it("repeats a batch with a record that has no sequence number, which would count as sequenced", async () => {
    const { sequence, entries } = aSequencer();
    const { dynamodb } = aRecord(2);
    const { SequenceNumber: _, ...unnumbered } = dynamodb ?? {};
    const response = await sequence(aRecord(1), { eventName: "INSERT", dynamodb: unnumbered });
    expect(response).toMatchObject({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(entries("org_8f9a1c2d")).toEqual([]);
  });

  it.each([{}, { shardId: "" }])("throws when the event names no shard: %j", async (event) => {
    const { handler } = aSequencer();
    await expect(handler({ ...event, Records: [aRecord(1)] }, buildLambdaContext())).rejects.toThrow("names no shard");
  });

  it("counts a log that ends more than a minute ahead of the clock", async () => {
    const { clock, sequence } = aSequencer();
    await sequence(aRecord(1));
    clock.now = new Date(testNow.getTime() - 60_001);
    await sequence(aRecord(2));
    expect(lines.at(-1)).toMatchObject({ EntriesSequenced: 1, ClockAhead: 1 });
  });
});

import { randomUUID } from "node:crypto";
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import { ForkError } from "#shared/ledger/checkpoints/fork-error.ts";
import { packEntries } from "#shared/ledger/dynamodb/packed-entries.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { latestCheckpointKey, nodePartition } from "#shared/platform/dynamodb/keys.ts";
import { testNow } from "#test/support/builders.ts";
import { differingKeys, ledgerDrill } from "#test/support/dynamodb/ledger-drill.ts";
import { createLedgerTables, ledgerTables } from "#test/support/dynamodb/ledger-tables.ts";
import { eventEntries, testSource } from "#test/support/ledger/entries.ts";
import { aRecordedEvent } from "#test/support/ledger/reconcile-fixture.ts";

let client: DynamoDBClient;
beforeAll(async () => {
  client = await createLedgerTables();
});

/** A log of six events in three chunks, of which partners hold a checkpoint, and the copy of its table at that time. */
async function startDrill(more: readonly ActivityEvent[] = []) {
  const org = `org_${randomUUID().replaceAll("-", "")}`;
  const events = Array.from({ length: 6 }, (_, at) => aRecordedEvent(at, 60 - at, { org_id: org }));
  const later = more.map((event) => ({ ...event, org_id: org }));
  const table = [...events, ...later];
  const drill = ledgerDrill(client, org, table);
  for (const at of [0, 2, 4]) await drill.sequence(events.slice(at, at + 2));
  const signed = await drill.requestCheckpoint();
  return { ...drill, org, events, later, table, signed, copy: await drill.list() };
}

const idsOf = (events: readonly ActivityEvent[]) => events.map(({ event_id }) => event_id);
const moreEvents = (count: number, hours: number) =>
  Array.from({ length: count }, (_, at) => aRecordedEvent(100 + hours + at, hours));

const forged = eventEntries(2, "forged");

describe("procedure 'Restore items of the ledger'", () => {
  it("ends with signed checkpoints that continue the old one when a chunk was overwritten", async () => {
    const drill = await startDrill(moreEvents(2, 1));
    const [first] = drill.copy;
    await drill.put({ ...first, entries: { B: packEntries(forged) } });
    await drill.sequence(drill.later);
    await expect(drill.requestCheckpoint()).rejects.toThrow(ForkError);
    expect(drill.forks).toHaveLength(1);

    // The comparison shows the item, and the chunk that was appended since.
    expect(differingKeys(await drill.list(), drill.copy)).toEqual([0, 6]);
    await drill.put(first ?? {});
    expect(differingKeys(await drill.list(), drill.copy)).toEqual([6]);
    const newer = await drill.requestCheckpoint();
    await drill.verifyContinues(drill.signed, newer);
    expect(await drill.sequencedIds()).toEqual(idsOf(drill.table));
    expect(drill.forks).toHaveLength(1);
  });

  it.each([0, 1])("ends with the old log when chunk %d was deleted", async (at) => {
    const drill = await startDrill(moreEvents(1, 1));
    const deleted = drill.copy[at] ?? {};
    await drill.remove(deleted);
    await drill.sequence(drill.later);
    await expect(drill.requestCheckpoint()).rejects.toThrow(/lacks hashes/);
    await drill.put(deleted);
    await drill.verifyContinues(drill.signed, await drill.requestCheckpoint());
    expect(await drill.sequencedIds()).toEqual(idsOf(drill.table));
  });

  it("removes the chunks behind a last one that was overwritten, whose events get new numbers a day later", async () => {
    const drill = await startDrill(moreEvents(2, 1));
    const last = drill.copy[2] ?? {};
    const [, second] = await drill.chunks();
    const { chunk } = nextChunk(second ?? null, forged, { now: testNow, source: testSource });
    await drill.put(drill.toItem(chunk));
    await drill.sequence(drill.later);
    await expect(drill.requestCheckpoint()).rejects.toThrow(ForkError);

    // To put the item back is not enough: the next chunk was computed from the forged one.
    await drill.put(last);
    await expect(drill.requestCheckpoint()).rejects.toThrow(ForkError);
    expect(differingKeys(await drill.list(), drill.copy)).toEqual([6]);
    for (const item of (await drill.list()).slice(3)) await drill.remove(item);
    const restored = await drill.requestCheckpoint();
    await drill.verifyContinues(drill.signed, restored);
    expect(await drill.sequencedIds()).toEqual(idsOf(drill.events));

    expect(await drill.reconcile()).toMatchObject({ missing: 0, tooYoung: 2 });
    expect(await drill.reconcile({ hoursLater: 25 })).toMatchObject({ missing: 2, tooYoung: 0 });
    await drill.verifyContinues(restored, await drill.requestCheckpoint());
    expect((await drill.sequencedIds()).toSorted()).toEqual(idsOf(drill.table).toSorted());
  });

  it("leaves a forged chunk that is signed, and numbers the events that it replaced", async () => {
    const drill = await startDrill(moreEvents(2, 40));
    await drill.sequence(drill.later);
    const genuine = (await drill.list())[3] ?? {};
    const head = (await drill.chunks())[2] ?? null;
    const { chunk } = nextChunk(head, forged, { now: testNow, source: testSource });
    await drill.put(drill.toItem(chunk));
    const signed = await drill.requestCheckpoint();

    await drill.put(genuine);
    await expect(drill.requestCheckpoint()).rejects.toThrow(ForkError);
    await drill.put(drill.toItem(chunk));
    expect(await drill.reconcile()).toMatchObject({ missing: 2 });
    const newer = await drill.requestCheckpoint();
    await drill.verifyContinues(drill.signed, signed);
    await drill.verifyContinues(signed, newer);
    expect((await drill.sequencedIds()).slice(8)).toEqual(idsOf(drill.later));
  });

  it("removes the nodes of removed chunks, too: else their tile can never be completed", async () => {
    const drill = await startDrill(moreEvents(255, 1));
    for (const at of [0, 250]) await drill.sequence(drill.later.slice(at, at + 250));
    const added = (await drill.list()).slice(3);
    for (const item of added.toReversed()) await drill.remove(item);
    await drill.requestCheckpoint();
    await expect(drill.reconcile({ hoursLater: 25 })).rejects.toThrow("a node above it exists already");
    await drill.remove({ pk: { S: nodePartition(drill.org, 1) }, sk: { N: "0" } });
    expect(await drill.reconcile({ hoursLater: 25 })).toMatchObject({ missing: 255 });
    await drill.verifyContinues(drill.signed, await drill.requestCheckpoint());
  });

  it("ends with the old log when the last chunk was deleted and the sequencer has stored another one there", async () => {
    const drill = await startDrill(moreEvents(2, 1));
    const last = drill.copy[2] ?? {};
    await drill.remove(last);
    await drill.sequence(drill.later);
    await expect(drill.requestCheckpoint()).rejects.toThrow(ForkError);
    expect(differingKeys(await drill.list(), drill.copy)).toEqual([4]);
    await drill.put(last);
    await drill.verifyContinues(drill.signed, await drill.requestCheckpoint());
    expect(await drill.reconcile({ hoursLater: 25 })).toMatchObject({ missing: 2 });
    expect((await drill.sequencedIds()).toSorted()).toEqual(idsOf(drill.table).toSorted());
  });
});

describe("procedure 'Restore the ledger and the events'", () => {
  it("signs nothing while the ledger is older than its checkpoint, also when it has grown beyond it", async () => {
    const drill = await startDrill(moreEvents(5, 1));
    for (const item of drill.copy.slice(1)) await drill.remove(item);
    await expect(drill.requestCheckpoint()).rejects.toThrow("It has 2 entries and had 6.");
    await drill.sequence(drill.later);
    await expect(drill.requestCheckpoint()).rejects.toThrow(ForkError);
    // Another name is no way out: what was signed under the old one is refused, too.
    await expect(drill.requestCheckpoint("other.example.com")).rejects.toThrow("no signature by a known key");

    for (const item of await drill.list()) await drill.remove(item);
    for (const item of drill.copy) await drill.put(item);
    expect(await drill.requestCheckpoint()).toBe(drill.signed);
    expect(await drill.reconcile({ hoursLater: 25 })).toMatchObject({ missing: 5 });
    await drill.verifyContinues(drill.signed, await drill.requestCheckpoint());
    expect(await drill.sequencedIds()).toEqual([...idsOf(drill.events), ...idsOf(drill.later)]);
  });

  it("signs again when a checkpoint item that was deleted is put back", async () => {
    const drill = await startDrill(moreEvents(1, 1));
    const TableName = ledgerTables.config;
    const Key = toStringAttributes(latestCheckpointKey(drill.org));
    const { Attributes: copy } = await client.send(new DeleteItemCommand({ TableName, Key, ReturnValues: "ALL_OLD" }));
    await drill.sequence(drill.later);
    await expect(drill.requestCheckpoint()).rejects.toThrow("Its latest checkpoint is missing");
    await client.send(new PutItemCommand({ TableName, Item: copy ?? {} }));
    await drill.verifyContinues(drill.signed, await drill.requestCheckpoint());
  });

  it("keeps the numbers of events that a restored events table lacks, and gives none to others", async () => {
    const drill = await startDrill();
    drill.table.splice(3);
    expect(await drill.reconcile({ hoursLater: 25 })).toMatchObject({ events: 3, missing: 0, tooYoung: 0 });
    expect(await drill.requestCheckpoint()).toBe(drill.signed);
    expect(await drill.sequencedIds()).toEqual(idsOf(drill.events));
  });

  it("appends an event that is sent again under another number, and keeps what was signed", async () => {
    const drill = await startDrill();
    const [lost] = drill.table.splice(5);
    if (lost === undefined) throw new Error("no event");
    await drill.sequence([{ ...lost, recorded_at: testNow.toISOString() }]);
    // The item has another digest than the old entry, which the change feed shows as tampered.
    const digests = (await drill.chunks()).flatMap(({ entries }) => entries.map(({ sha256 }) => sha256));
    expect(digests[6]).not.toEqual(digests[5]);
    expect(await drill.sequencedIds()).toEqual([...idsOf(drill.events), lost.event_id]);
    await drill.verifyContinues(drill.signed, await drill.requestCheckpoint());
  });
});

describe("procedure 'SequencerDeadLetters'", () => {
  it("numbers what a damaged log did not take, once its item is restored", async () => {
    const drill = await startDrill(moreEvents(2, 1));
    const last = drill.copy[2] ?? {};
    await drill.put({ ...last, size: { N: "7" } });
    const { failed } = await drill.sequence(drill.later);
    expect(failed.map(({ records, error }) => [records.length, String(error)])).toEqual([
      [2, expect.stringContaining(`log#${drill.org} 4`)],
    ]);
    await drill.put(last);
    expect(await drill.requestCheckpoint()).toBe(drill.signed);
    expect(await drill.reconcile({ hoursLater: 25 })).toMatchObject({ missing: 2 });
    expect(await drill.sequencedIds()).toEqual(idsOf(drill.table));
  });

  it("gives the discarded events their numbers, and leaves younger ones to the sequencer", async () => {
    const discarded = moreEvents(3, 30);
    const young = moreEvents(2, 2);
    const drill = await startDrill([...discarded, ...young]);
    const [lost, waiting] = [drill.later.slice(0, 3), drill.later.slice(3)];
    drill.discard(lost);
    expect(await drill.reconcile({ isDryRun: true })).toMatchObject({ missing: 3, tooYoung: 2 });
    expect(await drill.requestCheckpoint()).toBe(drill.signed);
    expect(await drill.reconcile()).toMatchObject({ missing: 3, tooYoung: 2 });
    await drill.sequence(waiting);
    expect(await drill.reconcile({ hoursLater: 25 })).toMatchObject({ missing: 0, tooYoung: 0 });
    expect(await drill.sequencedIds()).toEqual([...idsOf(drill.events), ...idsOf(lost), ...idsOf(waiting)]);
    await drill.verifyContinues(drill.signed, await drill.requestCheckpoint());
  });
});

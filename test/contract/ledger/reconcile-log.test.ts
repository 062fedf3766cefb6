import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import type { ShardCount } from "#shared/events/shards/shards.ts";
import { createClaimStore } from "#shared/ledger/dynamodb/claim-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createEventKeyReader } from "#shared/ledger/reconcile/dynamodb/event-key-reader.ts";
import { createReconcileRunStore } from "#shared/ledger/reconcile/dynamodb/run-store.ts";
import type { EventKey, ReconcilePorts } from "#shared/ledger/reconcile/ports.ts";
import { reconcileLog } from "#shared/ledger/reconcile/reconcile-log.ts";
import { createRun } from "#shared/ledger/reconcile/reconcile-run.ts";
import type { EventIdentity } from "#shared/ledger/sequencer/appended-records.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { testNow } from "#test/support/builders.ts";
import { createLedgerTables, ledgerTables } from "#test/support/dynamodb/ledger-tables.ts";
import { aRecordedEvent, hoursAgo, toRecord } from "#test/support/ledger/reconcile-fixture.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
/** A ledger that the stack's sequencer does not write to. */
let client: DynamoDBClient;

beforeAll(async () => {
  stack = await startStack();
  client = await createLedgerTables();
});

const countUnits = () => {
  let units = 0;
  const meter = {
    next: async () => undefined,
    add(read: number) {
      units += read;
    },
  };
  return { meter, units: () => units };
};

function createPorts(shards: ShardCount, { meter } = countUnits()): ReconcilePorts {
  const now = () => testNow;
  return {
    events: createEventKeyReader(stack.dynamodb, stack.tables.events ?? "", {
      shards: { countToRead: () => shards },
      meter,
    }),
    ledger: createLedgerStore(client, ledgerTables.ledger),
    runs: createReconcileRunStore(client, { table: ledgerTables.config, ledgerTable: ledgerTables.ledger, now }),
    parseEvent: parseEventOfAnyRelease,
    now,
    waitAfterConflict: async () => undefined,
  };
}

/** Stores events of 10 KB in 4 shards, of which several share a time and ids: a shard takes two pages. */
async function storeEvents(org_id: string, count: number): Promise<ActivityEvent[]> {
  const fourShards = (): ShardCount => 4;
  const shards = { countToRead: fourShards, countToWrite: fourShards };
  const store = createEventStore(stack.dynamodb, stack.tables.events ?? "", { shards });
  const metadata = toJsonText({ source: "x".repeat(10_000) });
  const events = Array.from({ length: count }, (_, at) =>
    aRecordedEvent(at % 100, 40 + Math.floor(at / 50), { org_id, entity_id: `inv_${at % 3}_${at}`, metadata }),
  );
  await mapWithConcurrency(events, 16, (event) => store.put(event));
  return events;
}

const keyOf = ({ occurred_at, event_id, entity_id }: EventIdentity) => `${occurred_at} ${event_id} ${entity_id}`;

async function listAll({ events }: ReconcilePorts, orgId: string) {
  const pages: (readonly EventKey[])[] = [];
  for (let after: EventIdentity | null = null, isEnd = false; !isEnd; ) {
    const page = await events.listKeys(orgId, { since: null, after, until: testNow.toISOString() });
    pages.push(page.keys);
    after = page.next;
    isEnd = after === null;
  }
  return pages;
}

async function sequencedKeys({ ledger }: ReconcilePorts, log: string): Promise<string[]> {
  const { chunks } = await ledger.listChunks(log, { from: 0, isConsistent: true });
  return chunks.flatMap(({ entries }) => entries.flatMap((entry) => (entry.kind === "event" ? [keyOf(entry)] : [])));
}

/** Each call has time for one step only. */
const options = { isDryRun: false, notifies: false, recordedBefore: hoursAgo(25), deadline: 0 };

describe("reconcileLog on DynamoDB", () => {
  it("appends the events of all shards that a log lacks, call after call, while another run does the same", async () => {
    const org_id = "org_reconciled";
    const events = await storeEvents(org_id, 600);
    const counter = countUnits();
    const ports = createPorts(4, counter);
    const sequenced = events.filter((_, at) => at % 7 === 0).toReversed();
    const claims = createClaimStore(client, {
      table: ledgerTables.config,
      ledgerTable: ledgerTables.ledger,
      now: () => testNow,
    });
    await sequenceBatch(
      "shardId-1",
      sequenced.map((event, at) => toRecord(event, at + 1)),
      { ...ports, claims },
    );

    const pages = await listAll(ports, org_id);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat().map(keyOf)).toEqual(events.map(keyOf).toSorted());
    expect(counter.units()).toBeGreaterThan(0);

    // Each run has a state of its own, so nothing but the log makes one wait for the other.
    const runUntilDone = async (runs: ReconcilePorts["runs"]) => {
      for (;;) if ((await reconcileLog(org_id, { ...ports, runs }, options)).step === "done") return;
    };
    const otherRuns = createReconcileRunStore(client, {
      table: ledgerTables.config,
      ledgerTable: "another",
      now: () => testNow,
    });
    await Promise.all([runUntilDone(ports.runs), runUntilDone(otherRuns)]);
    const found = await sequencedKeys(ports, org_id);
    expect(found.slice(0, sequenced.length)).toEqual(sequenced.map(keyOf));
    expect(found.toSorted()).toEqual(events.map(keyOf).toSorted());
  });
});

describe("createReconcileRunStore", () => {
  it("replaces and deletes only the version that was read", async () => {
    const { runs } = createPorts(1);
    const key = { log: "org_runs", isDryRun: false };
    const run = createRun(testNow);
    expect(await runs.get(key)).toBeNull();
    expect(await runs.put(key, { run, version: 1 })).toBe(true);
    expect(await runs.put(key, { run, version: 1 })).toBe(false);
    expect(await runs.put(key, { run: { ...run, step: "entries" }, version: 2 })).toBe(true);
    expect(await runs.get(key)).toEqual({ run: { ...run, step: "entries" }, version: 2 });
    await runs.delete(key, 1);
    expect(await runs.get(key)).not.toBeNull();
    expect(await runs.get({ ...key, isDryRun: true })).toBeNull();
    await runs.delete(key, 2);
    expect(await runs.get(key)).toBeNull();
  });
});

import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { createClaimStore } from "#shared/ledger/dynamodb/claim-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import type { SequencerPorts, SequencerRecord } from "#shared/ledger/sequencer/ports.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { testNow } from "#test/support/builders.ts";
import { createLedgerTables, ledgerTables } from "#test/support/dynamodb/ledger-tables.ts";
import { eventEntries } from "#test/support/ledger/entries.ts";
import { meterWrites, type WriteMeter } from "#test/support/ledger/write-meter.ts";

let ports: SequencerPorts;
let client: DynamoDBClient;
let meter: WriteMeter;
beforeAll(async () => {
  client = await createLedgerTables();
  meter = meterWrites(client);
  ports = {
    ledger: createLedgerStore(client, ledgerTables.ledger),
    claims: createClaimStore(client, {
      table: ledgerTables.config,
      ledgerTable: ledgerTables.ledger,
      now: () => testNow,
    }),
    now: () => testNow,
    waitAfterConflict: () => setTimeout(Math.random() * 20),
  };
});

const newLog = () => `org_${randomUUID()}`;

/** As long as those of DynamoDB. */
const newShard = () => `shardId-00000001700000000000-${randomUUID().slice(0, 8)}`;
const firstSequenceNumber = 10n ** 27n;

function recordsOf(count: number, log: string, shard: string): SequencerRecord[] {
  return eventEntries(count, shard).map((entry, at) => ({
    sequenceNumber: firstSequenceNumber + BigInt(at),
    log,
    entry,
  }));
}

/** Returns the ids of all events of a log. Throws if it has a gap. */
async function eventIdsOf(log: string): Promise<string[]> {
  const ids: string[] = [];
  for (let next: number | null = 0; next !== null; ) {
    const page = await ports.ledger.listChunks(log, { from: next, isConsistent: true });
    for (const { first, entries } of page.chunks) {
      if (first !== ids.length) throw new Error(`There is a gap before ${first}.`);
      ids.push(...entries.flatMap((entry) => (entry.kind === "event" ? [entry.event_id] : [])));
    }
    next = page.next;
  }
  return ids;
}

const idsOf = (records: readonly SequencerRecord[]) =>
  records.flatMap(({ entry }) => (entry.kind === "event" ? [entry.event_id] : []));

/** Sequences records in batches. Before each it waits `pauseMs` on average, as for new records. */
async function sequenceAll(
  shard: string,
  records: readonly SequencerRecord[],
  { batchSize, pauseMs = 0 }: { readonly batchSize: number; readonly pauseMs?: number },
): Promise<void> {
  for (let at = 0; at < records.length; at += batchSize) {
    await setTimeout(Math.random() * 2 * pauseMs);
    await sequenceBatch(shard, records.slice(at, at + batchSize), ports);
  }
}

/** Returns the write units for each event that `write` appends. */
async function unitsPerEvent(events: number, write: () => Promise<unknown>): Promise<number> {
  const before = meter.units;
  await write();
  return (meter.units - before) / events;
}

describe("sequenceBatch on DynamoDB", () => {
  it("appends each record once when several sequencers of a shard have the same records in other batches", async () => {
    const log = newLog();
    const shard = newShard();
    const records = recordsOf(400, log, shard);
    await Promise.all([7, 30, 100, 400].map((batchSize) => sequenceAll(shard, records, { batchSize })));
    expect(await eventIdsOf(log)).toEqual(idsOf(records));
  });

  it("keeps the order of each shard when several shards append to one log", async () => {
    const log = newLog();
    const shards = Array.from({ length: 4 }, () => {
      const shard = newShard();
      return { shard, records: recordsOf(150, log, shard) };
    });
    await Promise.all(shards.map(({ shard, records }) => sequenceAll(shard, records, { batchSize: 20 })));
    const found = await eventIdsOf(log);
    expect(found).toHaveLength(600);
    for (const { records } of shards) {
      const own = new Set(idsOf(records));
      expect(found.filter((id) => own.has(id))).toEqual(idsOf(records));
    }
  });

  // Each shard gets 60 events every 120 ms on average. Without pauses, four shards are in conflict most of the time.
  it("writes at most 0.3 units for each event when four shards append 60 events a batch to one log", async () => {
    const log = newLog();
    const shards = Array.from({ length: 4 }, newShard);
    const units = await unitsPerEvent(4 * 600, () =>
      Promise.all(
        shards.map((shard) => sequenceAll(shard, recordsOf(600, log, shard), { batchSize: 60, pauseMs: 120 })),
      ),
    );
    expect(units).toBeLessThanOrEqual(0.3);
    expect(await eventIdsOf(log)).toHaveLength(4 * 600);
  });

  it("writes at most 2 units for each event that is alone in its batch", async () => {
    const shard = newShard();
    const records = recordsOf(100, "", shard).map((record) => ({ ...record, log: newLog() }));
    expect(
      await unitsPerEvent(records.length, () => sequenceAll(shard, records, { batchSize: 1 })),
    ).toBeLessThanOrEqual(2);
  });
});

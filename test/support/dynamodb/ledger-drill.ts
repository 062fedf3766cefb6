import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from "@aws-sdk/client-dynamodb";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { ForkError } from "#shared/ledger/checkpoints/fork-error.ts";
import { getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { RecentSizes } from "#shared/ledger/checkpoints/recent-sizes.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { toChunkItem } from "#shared/ledger/dynamodb/chunk-item.ts";
import { createClaimStore } from "#shared/ledger/dynamodb/claim-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createTileStore } from "#shared/ledger/dynamodb/tile-store.ts";
import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { createConsistencyProof, verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { reconcileLog } from "#shared/ledger/reconcile/reconcile-log.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { chunkPartition } from "#shared/platform/dynamodb/keys.ts";
import { testNow } from "#test/support/builders.ts";
import { hoursAgo, reconcileFixture, toRecord } from "#test/support/ledger/reconcile-fixture.ts";
import { memoryCheckpointKey, memoryLogKey, testLogName } from "#test/support/memory/proofs.ts";
import { ledgerTables } from "./ledger-tables.ts";

const table = ledgerTables.ledger;

/** A log in a ledger on DynamoDB, with what operators, partners and intruders do to it. `events` is the events table. */
export function ledgerDrill(client: DynamoDBClient, org: string, events: ActivityEvent[]) {
  const clock = { now: testNow };
  const now = () => clock.now;
  const forks: ForkError[] = [];
  const tiles = createTileStore(client, table);
  const ledger = createLedgerStore(client, table);
  const signing = {
    ledger,
    tiles,
    checkpoints: createCheckpointStore(client, ledgerTables.config),
    recentSizes: new RecentSizes(),
    checkpointKeys: [memoryCheckpointKey().key],
    logName: testLogName,
    reportFork: (error: ForkError) => void forks.push(error),
    now,
  };
  const sequencing = {
    ledger,
    claims: createClaimStore(client, { table: ledgerTables.config, ledgerTable: table, now }),
    now,
    waitAfterConflict: async () => undefined,
  };
  let position = 0;

  const put = (Item: AttributeMap) => client.send(new PutItemCommand({ TableName: table, Item }));
  const list = async (): Promise<AttributeMap[]> => {
    const { Items = [] }: QueryCommandOutput = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: chunkPartition(org) } },
        ConsistentRead: true,
      }),
    );
    return Items;
  };

  return {
    forks,
    list,
    put,
    async remove({ pk, sk }: AttributeMap): Promise<void> {
      if (pk === undefined || sk === undefined) throw new Error("The item has no key.");
      await client.send(new DeleteItemCommand({ TableName: table, Key: { pk, sk } }));
    },
    /** The sequencer appends events, in one chunk. */
    async sequence(batch: readonly ActivityEvent[]) {
      const records = batch.map((event) => toRecord(event, ++position));
      const shard = `shardId-${org}`;
      return sequenceBatch(shard, records, sequencing);
    },
    /** Lambda discards the records of events: the next batch begins after them. */
    discard(batch: readonly ActivityEvent[]) {
      position += batch.length;
    },
    /** `activity trust reconcile --older-than 25h`, so many hours later. Returns what it counts. */
    async reconcile({ isDryRun = false, hoursLater = 0 } = {}) {
      const { ports } = reconcileFixture(events);
      const recordedBefore = hoursAgo(25 - hoursLater);
      const options = { isDryRun, notifies: true, recordedBefore, deadline: Infinity };
      return (await reconcileLog(org, { ...ports, ledger }, options)).counts;
    },
    /** A partner requests a checkpoint, ten seconds after the last one. Returns the signed note. */
    async requestCheckpoint(logName = testLogName): Promise<string> {
      clock.now = new Date(clock.now.getTime() + 10_000);
      return (await getCheckpoint({ ...signing, logName }, org, 1)).note;
    },
    /** A partner verifies that the log of a checkpoint continues that of an older one, as `activity verify` does. Throws. */
    async verifyContinues(older: string, newer: string): Promise<void> {
      const keys = [await memoryLogKey(org)];
      const [from, to] = [await verifyCheckpoint(older, keys), await verifyCheckpoint(newer, keys)];
      const { readSubtrees } = new LogTiles(tiles, org, { size: to.size });
      verifyConsistency(from, to, await createConsistencyProof(from.size, to.size, readSubtrees));
    },
    /** Returns the ids of the events in the order of their sequences. Throws if a number is missing. */
    async sequencedIds(): Promise<string[]> {
      const { chunks } = await ledger.listChunks(org, { from: 0, isConsistent: true });
      let end = 0;
      for (const { first, size } of chunks) {
        if (first !== end) throw new Error(`There is a gap before ${first}.`);
        end = size;
      }
      return chunks.flatMap(({ entries }) => entries.flatMap((one) => (one.kind === "event" ? [one.event_id] : [])));
    },
    chunks: async () => (await ledger.listChunks(org, { from: 0, isConsistent: true })).chunks,
    toItem: (chunk: Chunk) => toChunkItem(org, chunk),
  };
}

/** Compares the items of a log with those of a copy of the table, as `diff` does. Returns the keys that differ. */
export function differingKeys(items: readonly AttributeMap[], copy: readonly AttributeMap[]): number[] {
  const textOf = (list: readonly AttributeMap[]) =>
    new Map(list.map((item) => [Number(item.sk?.N), JSON.stringify(toText(item))]));
  const [stored, copied] = [textOf(items), textOf(copy)];
  const keys = new Set([...stored.keys(), ...copied.keys()]);
  return [...keys].filter((key) => stored.get(key) !== copied.get(key)).toSorted((a, b) => a - b);
}

function toText(item: AttributeMap) {
  const toValue = ({ S, N, B }: NonNullable<AttributeMap[string]>) => S ?? N ?? Buffer.from(B ?? []).toString("base64");
  return Object.entries(item)
    .map(([name, value]) => [name, toValue(value)])
    .toSorted();
}

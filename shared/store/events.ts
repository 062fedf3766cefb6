import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { ActivityEvent, Position } from "../events/event.ts";
import { type EventPage, type EventQuery, planQuery, type ReadMeter } from "../events/query.ts";
import { oneShard, type ShardDirectory } from "../events/shard-directory.ts";
import { readShardedPage, type ShardReader } from "../events/sharded-page.ts";
import { firstShard, type ShardCount, shardsOf } from "../events/shards.ts";
import { textAttributes } from "./attributes.ts";
import { fromItem, toItem } from "./event-item.ts";
import { positionOf, queryOf, startKey } from "./event-query.ts";
import { calling } from "./faults.ts";
import { getItem } from "./get-item.ts";
import { positionKey, timelineKey } from "./keys.ts";

/** What one page may cost at most, whatever was asked: this bounds the time and the price of any request. */
export type PageBudget = {
  /** Reads one after another. Those of several shards are made at the same time. */
  readonly reads: number;
  /** Bytes of the answer. Lambda sends 6 MB at most, and counts a quote inside the body twice. */
  readonly bytes: number;
};

const pageBudget: PageBudget = { reads: 8, bytes: 5_000_000 };

/** Events that one read looks at, at most; of several shards, in all of them. */
const largestRead = 2_000;

export type EventStoreOptions = {
  /** Needed wherever events of any organisation are read, and to write them to all their shards. */
  readonly shards?: ShardDirectory;
  readonly budget?: PageBudget;
};

/** The events table: what is appended to it, single events and pages of it. Nothing else is possible. */
export type EventStore = {
  put(event: ActivityEvent): Promise<ActivityEvent | null>;
  /** The event at a position, as of now; `null` where there is none. */
  get(orgId: string, at: Position): Promise<ActivityEvent | null>;
  page(query: EventQuery, meter?: ReadMeter): Promise<EventPage>;
};

export function eventStore(
  client: DynamoDBClient,
  table: string,
  { shards = oneShard, budget = pageBudget }: EventStoreOptions = {},
): EventStore {
  return {
    async put(event) {
      try {
        const put = putOf(table, event, shards.countToWrite(event.org_id));
        await calling(client.send(new PutItemCommand({ ...put, Item: textAttributes(put.Item) })));
        return null;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException && error.Item) return fromItem(error.Item);
        throw error;
      }
    },

    get(orgId, { entity_id, occurred_at, event_id }) {
      const key = { timeline: timelineKey(orgId, entity_id), position: positionKey(occurred_at, event_id) };
      return getItem(client, table, key, fromItem);
    },

    async page(query, meter) {
      // A document's timeline is in the table itself, which has no shards.
      const count = planQuery(query).index === "timeline" ? 1 : await shards.countToRead(query.org_id);
      return count === 1
        ? readPage(client, table, { query, budget, meter })
        : readShards(client, table, { query, count, budget, meter });
    },
  };
}

type PageRequest = {
  readonly query: EventQuery;
  readonly budget: PageBudget;
  readonly meter: ReadMeter | undefined;
};

/** Reads a page of a timeline, or of an index of an organisation with one shard. */
async function readPage(
  client: DynamoDBClient,
  table: string,
  { query, budget, meter }: PageRequest,
): Promise<EventPage> {
  const events: ActivityEvent[] = [];
  const request = queryOf(table, query, firstShard);
  const visible: ReadonlySet<string | undefined> = new Set(query.visible);
  let bytes = 0;
  let start = query.after === null ? undefined : startKey(query, query.after, firstShard);
  let size = query.limit + 1;
  for (let read = 0; read < budget.reads; read++) {
    const answer = await metered(client, { ...request, Limit: size, ExclusiveStartKey: start }, meter);
    for (const item of answer.Items ?? []) {
      // Also what a later version of the log may write: a kind that this one has no name for hides nothing but itself.
      if (!visible.has(item.entity_type?.S)) continue;
      const event = fromItem(item);
      bytes += weight(event);
      if (events.length === query.limit || (bytes > budget.bytes && events.length > 0)) {
        return { events, next: events.at(-1) ?? null };
      }
      events.push(event);
    }
    start = answer.LastEvaluatedKey;
    if (start === undefined) return { events, next: null };
    size = Math.min(size * 4, largestRead);
  }
  return { events, next: start === undefined ? null : positionOf(query, start) };
}

/** Reads a page of an index of an organisation with several shards. */
async function readShards(
  client: DynamoDBClient,
  table: string,
  { query, count, budget, meter }: PageRequest & { readonly count: ShardCount },
): Promise<EventPage> {
  const readers = shardsOf(count).map((shard) => shardReader(client, table, { query, meter }, shard));
  const page = await readShardedPage(readers, query, {
    reads: budget.reads,
    items: largestRead,
    isFull: (events) => countWithin(events, budget.bytes) < events.length,
  });
  const fitting = countWithin(page.events, budget.bytes);
  if (fitting === page.events.length) return page;
  const events = page.events.slice(0, fitting);
  return { events, next: events.at(-1) ?? null };
}

function shardReader(
  client: DynamoDBClient,
  table: string,
  { query, meter }: Pick<PageRequest, "query" | "meter">,
  shard: string,
): ShardReader {
  const request = queryOf(table, query, shard);
  const visible: ReadonlySet<string | undefined> = new Set(query.visible);
  return async (after, size) => {
    const start = after === null ? undefined : startKey(query, after, shard);
    const answer = await metered(client, { ...request, Limit: size, ExclusiveStartKey: start }, meter);
    const { Items = [], LastEvaluatedKey: end } = answer;
    const events = Items.filter(({ entity_type }) => visible.has(entity_type?.S)).map(fromItem);
    return { events, next: end === undefined ? null : positionOf(query, end) };
  };
}

async function metered(client: DynamoDBClient, request: QueryCommandInput, meter: ReadMeter | undefined) {
  await meter?.next();
  let units = 0;
  try {
    const answer = await calling(client.send(new QueryCommand(request)));
    units = answer.ConsumedCapacity?.CapacityUnits ?? 0;
    return answer;
  } finally {
    meter?.add(units);
  }
}

/** The conditional put that appends an event: it never replaces one, and tells which event stands in its place. */
export function putOf(table: string, event: ActivityEvent, shards: ShardCount = 1) {
  return {
    TableName: table,
    Item: toItem(event, shards),
    ConditionExpression: "attribute_not_exists(timeline)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
}

/** How many of the events an answer can hold, and one at least. */
function countWithin(events: readonly ActivityEvent[], bytes: number): number {
  let sum = 0;
  const end = events.findIndex((event, at) => {
    sum += weight(event);
    return sum > bytes && at > 0;
  });
  return end === -1 ? events.length : end;
}

/** An upper bound for what an event adds to an answer: four short fields, escaped twice, and all parts that were read. */
function weight({ changes, metadata, actor, related, text, information, params }: ActivityEvent): number {
  let bytes = 0;
  for (const part of [changes, metadata, actor, related, text, information, params]) {
    if (part !== null) bytes += Buffer.byteLength(part);
  }
  return 4_608 + 2 * bytes;
}

import { type DynamoDBClient, PutItemCommand, QueryCommand, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { ActivityError } from "#shared/errors.ts";
import { type DamagedItem, DamagedItemError } from "#shared/events/damaged-item.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { type EventPage, type EventQuery, planQuery, type ReadMeter } from "#shared/events/query/query.ts";
import { oneShard, type ShardCounts } from "#shared/events/shards/shard-settings-cache.ts";
import { readShardedPage, type ShardReader } from "#shared/events/shards/sharded-page.ts";
import { firstShard, type ShardCount, shardNames } from "#shared/events/shards/shards.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { eventKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { toEventItem } from "./event-item.ts";
import { buildPageQuery, limitToPresent, toPosition, toStartKey } from "./event-query.ts";
import { PageParser } from "./page-parser.ts";
import { type EventItem, parseEventItem } from "./parse-event-item.ts";

/** What one page may cost at most, whatever was asked: this bounds the time and the price of any request. */
export type EventPageBudget = {
  /** Reads one after another. Those of several shards are made at the same time. */
  readonly reads: number;
  /** Bytes of the answer. Lambda sends 6 MB at most, and counts a quote inside the body twice. */
  readonly bytes: number;
};

const pageBudget: EventPageBudget = { reads: 8, bytes: 5_000_000 };

/** Events that one read looks at, at most; of several shards, in all of them. */
const largestRead = 2_000;

export type EventStoreOptions = {
  /** Needed wherever events of any organisation are read, and to write them to all their shards. */
  readonly shards?: ShardCounts;
  readonly budget?: EventPageBudget;
  /** Of readers. What is dated further ahead than a writer's clock may be is not read before its time. */
  readonly now?: () => Date;
  /** Gets the items that one call met, and left out, because they are not events of this log. */
  readonly reportDamage?: (items: readonly DamagedItem[]) => void;
};

/** The events table: what is appended to it, single events and pages of it. Nothing else is possible. */
export type EventStore = {
  /** Throws `ActivityError` `conflict` where a damaged item has the event's place. */
  put(event: ActivityEvent): Promise<ActivityEvent | null>;
  /**
   * The event at a position, as of now; `null` where there is none. Throws `DamagedItemError` for an item that is not an
   * event of this log.
   */
  get(orgId: string, at: Position): Promise<ActivityEvent | null>;
  /** Leaves out damaged items and goes on behind them: they are in no page, and in no count. */
  readPage(query: EventQuery, meter?: ReadMeter): Promise<EventPage>;
};

export function createEventStore(
  client: DynamoDBClient,
  table: string,
  {
    shards = oneShard,
    budget = pageBudget,
    now = () => new Date(),
    reportDamage = () => undefined,
  }: EventStoreOptions = {},
): EventStore {
  const parsed = (item: EventItem): ActivityEvent => {
    try {
      return parseEventItem(item);
    } catch (error) {
      if (error instanceof DamagedItemError) reportDamage([error.item]);
      throw error;
    }
  };
  const readPages = async (query: EventQuery, parser: PageParser, meter: ReadMeter | undefined) => {
    // A document's timeline is in the table itself, which has no shards.
    const count = planQuery(query).index === "timeline" ? 1 : await shards.countToRead(query.org_id);
    const request = { query, budget, parser, meter };
    return count === 1 ? readOneShard(client, table, request) : readShards(client, table, { ...request, count });
  };
  return {
    async put(event) {
      const put = buildEventPut(table, event, shards.countToWrite(event.org_id));
      const command = new PutItemCommand({ ...put, Item: toStringAttributes(put.Item) });
      const result = await writeConditionally(client.send(command));
      return result.isWritten ? null : parseExisting(result.item ?? {}, parsed);
    },

    get: (orgId, position) => getItem(client, table, eventKey(orgId, position), parsed),

    async readPage(asked, meter) {
      const query = limitToPresent(asked, now());
      if (query === null) return { events: [], next: null };
      const parser = new PageParser();
      try {
        return await readPages(query, parser, meter);
      } finally {
        if (parser.damaged.length > 0) reportDamage(parser.damaged);
      }
    },
  };
}

/** The event that has another's place. */
function parseExisting(item: EventItem, parse: (item: EventItem) => ActivityEvent): ActivityEvent {
  try {
    return parse(item);
  } catch (error) {
    if (!(error instanceof DamagedItemError)) throw error;
    throw new ActivityError("conflict", "The place of the event in the log is taken by a damaged item.");
  }
}

type PageRequest = {
  readonly query: EventQuery;
  readonly budget: EventPageBudget;
  readonly parser: PageParser;
  readonly meter: ReadMeter | undefined;
};

/** Reads a page of a timeline, or of an index of an organisation with one shard. */
async function readOneShard(
  client: DynamoDBClient,
  table: string,
  { query, budget, parser, meter }: PageRequest,
): Promise<EventPage> {
  const events: ActivityEvent[] = [];
  const request = buildPageQuery(table, query, firstShard);
  const parse = parser.parserFor(query, firstShard);
  let bytes = 0;
  let start = query.after === null ? undefined : toStartKey(query, query.after, firstShard);
  let size = query.limit + 1;
  for (let read = 0; read < budget.reads; read++) {
    const answer = await queryMetered(client, { ...request, Limit: size, ExclusiveStartKey: start }, meter);
    for (const item of answer.Items ?? []) {
      const event = parse(item);
      if (event === null) continue;
      bytes += renderedBytes(event);
      if (events.length === query.limit || (bytes > budget.bytes && events.length > 0)) {
        return { events, next: events.at(-1) ?? null };
      }
      events.push(event);
    }
    start = answer.LastEvaluatedKey;
    if (start === undefined) return { events, next: null };
    size = Math.min(size * 4, largestRead);
  }
  return { events, next: start === undefined ? null : toPosition(query, start) };
}

/** Reads a page of an index of an organisation with several shards. */
async function readShards(
  client: DynamoDBClient,
  table: string,
  { budget, count, ...request }: PageRequest & { readonly count: ShardCount },
): Promise<EventPage> {
  const readers = shardNames(count).map((shard) => shardReader(client, table, request, shard));
  const page = await readShardedPage(readers, request.query, {
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
  { query, parser, meter }: Omit<PageRequest, "budget">,
  shard: string,
): ShardReader {
  const request = buildPageQuery(table, query, shard);
  const parse = parser.parserFor(query, shard);
  return async (after, size) => {
    const start = after === null ? undefined : toStartKey(query, after, shard);
    const answer = await queryMetered(client, { ...request, Limit: size, ExclusiveStartKey: start }, meter);
    const { Items = [], LastEvaluatedKey: end } = answer;
    const events = Items.map(parse).filter((event) => event !== null);
    return { events, next: end === undefined ? null : toPosition(query, end) };
  };
}

async function queryMetered(client: DynamoDBClient, request: QueryCommandInput, meter: ReadMeter | undefined) {
  await meter?.next();
  let units = 0;
  try {
    const answer = await mapTransientErrors(client.send(new QueryCommand(request)));
    units = answer.ConsumedCapacity?.CapacityUnits ?? 0;
    return answer;
  } finally {
    meter?.add(units);
  }
}

/** The conditional put that appends an event: it never replaces one, and tells which event stands in its place. */
export function buildEventPut(table: string, event: ActivityEvent, shards: ShardCount = 1) {
  return {
    TableName: table,
    Item: toEventItem(event, shards),
    ConditionExpression: "attribute_not_exists(timeline)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
}

/** How many of the events an answer can hold, and one at least. */
function countWithin(events: readonly ActivityEvent[], bytes: number): number {
  let sum = 0;
  const end = events.findIndex((event, at) => {
    sum += renderedBytes(event);
    return sum > bytes && at > 0;
  });
  return end === -1 ? events.length : end;
}

/** An upper bound for what an event adds to an answer: four short fields, escaped twice, and all parts that were read. */
function renderedBytes({ changes, metadata, actor, related, text, information, params }: ActivityEvent): number {
  let bytes = 0;
  for (const part of [changes, metadata, actor, related, text, information, params]) {
    if (part !== null) bytes += Buffer.byteLength(part);
  }
  return 4_608 + 2 * bytes;
}

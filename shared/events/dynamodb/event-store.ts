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
import { getItem, writeOrGetExisting } from "#shared/platform/dynamodb/operations.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { buildEventPut } from "./event-put.ts";
import { buildPageQuery, limitToPresent, toPosition, toStartKey } from "./event-query.ts";
import { PageParser } from "./page-parser.ts";
import { type EventItem, parseEventItem } from "./parse-event-item.ts";

/** Limits of one page, which limit the time and cost of any request. */
export type EventPageBudget = {
  /** Sequential reads. Several shards are read concurrently. */
  readonly reads: number;
  /** Bytes of the response. Lambda allows 6 MB, and counts a quote inside the body twice. */
  readonly bytes: number;
};

const pageBudget: EventPageBudget = { reads: 8, bytes: 5_000_000 };

/** Maximum events of one read; of several shards, of all together. */
const largestRead = 2_000;

export type EventStoreOptions = {
  /** Required to read or write events of organisations with several shards. */
  readonly shards?: ShardCounts;
  readonly budget?: EventPageBudget;
  /** For reads: events dated further ahead than a writer's clock may be are not returned before their time. */
  readonly now?: () => Date;
  /** Called with the damaged items that a call skipped. */
  readonly reportDamage?: (items: readonly DamagedItem[]) => void;
};

/** The only operations on the events table: append, get, and read a page. */
export type EventStore = {
  /** Throws `ActivityError` `conflict` if a damaged item has the event's key. */
  put(event: ActivityEvent): Promise<ActivityEvent | null>;
  /** Returns the event at a position, strongly consistent; `null` if it does not exist. Throws `DamagedItemError`. */
  get(orgId: string, at: Position): Promise<ActivityEvent | null>;
  /** Reads a page. Damaged items are skipped and not counted. */
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
    // The timeline of an entity is in the table itself, which has no shards.
    const count = planQuery(query).index === "timeline" ? 1 : await shards.countToRead(query.org_id);
    const request = { query, budget, parser, meter };
    return count === 1 ? readOneShard(client, table, request) : readShards(client, table, { ...request, count });
  };
  return {
    async put(event) {
      const put = buildEventPut(table, event, shards.countToWrite(event.org_id));
      const command = new PutItemCommand({ ...put, Item: toStringAttributes(put.Item) });
      const result = await writeOrGetExisting(client.send(command));
      return result.isWritten ? null : parseExisting(result.item, parsed);
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

/** Parses the event that already has the key of another one. */
function parseExisting(item: EventItem, parse: (item: EventItem) => ActivityEvent): ActivityEvent {
  try {
    return parse(item);
  } catch (error) {
    if (!(error instanceof DamagedItemError)) throw error;
    throw new ActivityError("conflict", "A damaged item has the key of the event.");
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
    const response = await queryMetered(client, { ...request, Limit: size, ExclusiveStartKey: start }, meter);
    for (const item of response.Items ?? []) {
      const event = parse(item);
      if (event === null) continue;
      bytes += renderedBytes(event);
      if (events.length === query.limit || (bytes > budget.bytes && events.length > 0)) {
        return { events, next: events.at(-1) ?? null };
      }
      events.push(event);
    }
    start = response.LastEvaluatedKey;
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
    const response = await queryMetered(client, { ...request, Limit: size, ExclusiveStartKey: start }, meter);
    const { Items = [], LastEvaluatedKey: end } = response;
    const events = Items.map(parse).filter((event) => event !== null);
    return { events, next: end === undefined ? null : toPosition(query, end) };
  };
}

async function queryMetered(client: DynamoDBClient, request: QueryCommandInput, meter: ReadMeter | undefined) {
  await meter?.next();
  let units = 0;
  try {
    const response = await mapTransientErrors(client.send(new QueryCommand(request)));
    units = response.ConsumedCapacity?.CapacityUnits ?? 0;
    return response;
  } finally {
    meter?.add(units);
  }
}

/** Returns how many of the events fit into a response; at least one. */
function countWithin(events: readonly ActivityEvent[], bytes: number): number {
  let sum = 0;
  const end = events.findIndex((event, at) => {
    sum += renderedBytes(event);
    return sum > bytes && at > 0;
  });
  return end === -1 ? events.length : end;
}

/** Returns an upper bound of the bytes of an event in a response: its short fields, escaped twice, and all read parts. */
function renderedBytes({ changes, metadata, actor, related, text, information, params }: ActivityEvent): number {
  let bytes = 0;
  for (const part of [changes, metadata, actor, related, text, information, params]) {
    if (part !== null) bytes += Buffer.byteLength(part);
  }
  return 4_608 + 2 * bytes;
}

import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { eventIdPattern } from "#shared/events/limits.ts";
import { compareNewestFirst } from "#shared/events/query/position.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { ShardCounts } from "#shared/events/shards/shard-settings-cache.ts";
import { shardNames } from "#shared/events/shards/shards.ts";
import type { EventKey, EventKeyPage, EventKeyRange, ReconcileEvents } from "#shared/ledger/reconcile/ports.ts";
import type { EventIdentity } from "#shared/ledger/sequencer/appended-records.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { eventKey } from "#shared/platform/dynamodb/keys.ts";
import { batchGet } from "#shared/platform/dynamodb/operations.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { isTimestamp } from "#shared/platform/time/timestamp.ts";

export type EventKeyReaderOptions = { readonly shards: Pick<ShardCounts, "countToRead">; readonly meter: ReadMeter };

/** Creates the reader of events by time, oldest first, from the index `by_time`. */
export function createEventKeyReader(
  client: DynamoDBClient,
  table: string,
  { shards, meter }: EventKeyReaderOptions,
): ReconcileEvents {
  const metered = async <T>(read: (addUnits: (units: number) => void) => Promise<T>): Promise<T> => {
    await meter.next();
    let units = 0;
    try {
      return await read((consumed) => {
        units += consumed;
      });
    } finally {
      meter.add(units);
    }
  };
  return {
    async listKeys(orgId, range) {
      const names = shardNames(await shards.countToRead(orgId));
      const pages = await Promise.all(
        names.map((shard) =>
          metered(async (addUnits) => {
            const request = new QueryCommand(buildQuery(table, { orgId, shard, range }));
            const { Items = [], LastEvaluatedKey, ConsumedCapacity } = await mapTransientErrors(client.send(request));
            addUnits(ConsumedCapacity?.CapacityUnits ?? 0);
            return { keys: Items.flatMap((item) => parseKey(orgId, item) ?? []), next: toIdentity(LastEvaluatedKey) };
          }),
        ),
      );
      return mergeOldestFirst(pages);
    },

    getItems: (orgId, keys) =>
      metered((addUnits) =>
        batchGet(
          client,
          table,
          keys.map((key) => eventKey(orgId, key)),
          { isConsistent: false, addUnits },
        ),
      ),
  };
}

type ShardQuery = { readonly orgId: string; readonly shard: string; readonly range: EventKeyRange };

function buildQuery(table: string, { orgId, shard, range: { since, after, until } }: ShardQuery): QueryCommandInput {
  // The start of a further page lies within the bounds, as DynamoDB requires.
  const from = after?.occurred_at ?? since;
  const partition = { org_id: orgId, shard };
  return {
    TableName: table,
    IndexName: "by_time",
    KeyConditionExpression: `org_id = :org AND #shard = :shard AND occurred_at ${from === null ? "<= :until" : "BETWEEN :from AND :until"}`,
    ExpressionAttributeValues: toStringAttributes({
      ":org": orgId,
      ":shard": shard,
      ":until": until,
      ...(from !== null && { ":from": from }),
    }),
    ProjectionExpression: "timeline, #position, event_id, entity_id, occurred_at, recorded_at",
    ExpressionAttributeNames: { "#position": "position", "#shard": "shard" },
    ...(after !== null && {
      ExclusiveStartKey: toStringAttributes({ ...eventKey(orgId, after), ...onlyIdentity(after), ...partition }),
    }),
    ReturnConsumedCapacity: "TOTAL",
  };
}

function onlyIdentity({ occurred_at, event_id, entity_id }: EventIdentity): EventIdentity {
  return { occurred_at, event_id, entity_id };
}

/** Returns the key of an event; `null` for an item that is not one. */
function parseKey(orgId: string, item: AttributeMap): EventKey | null {
  const { timeline, position, event_id, entity_id, occurred_at, recorded_at } = item;
  if (!event_id?.S || !entity_id?.S || !occurred_at?.S || !recorded_at?.S) return null;
  if (!eventIdPattern.test(event_id.S) || !isTimestamp(occurred_at.S) || !isTimestamp(recorded_at.S)) return null;
  const key = { event_id: event_id.S, entity_id: entity_id.S, occurred_at: occurred_at.S };
  const expected = eventKey(orgId, key);
  const isOwn = timeline?.S === expected.timeline && position?.S === expected.position;
  return isOwn ? { ...key, recorded_at: recorded_at.S } : null;
}

function toIdentity(key: AttributeMap | undefined): EventIdentity | null {
  if (key === undefined) return null;
  const { occurred_at, event_id, entity_id } = key;
  return { occurred_at: occurred_at?.S ?? "", event_id: event_id?.S ?? "", entity_id: entity_id?.S ?? "" };
}

/** Merges pages of several shards up to the end of the shortest one that more events follow. */
function mergeOldestFirst(pages: readonly EventKeyPage[]): EventKeyPage {
  const ends = pages.flatMap(({ next }) => next ?? []);
  const next = ends.reduce<EventIdentity | null>(
    (first, end) => (first === null || compareNewestFirst(end, first) > 0 ? end : first),
    null,
  );
  const keys = pages
    .flatMap((page) => page.keys)
    .filter((key) => next === null || compareNewestFirst(key, next) >= 0)
    .toSorted((a, b) => compareNewestFirst(b, a));
  return { keys, next };
}

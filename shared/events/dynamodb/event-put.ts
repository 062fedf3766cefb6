import type { ActivityEvent } from "#shared/events/event.ts";
import type { ShardCount } from "#shared/events/shards/shards.ts";
import { toEventItem } from "./event-item.ts";

/** A conditional put, as `@aws-sdk/lib-dynamodb` takes it: the values of the item are not marshalled. */
export type EventPut = {
  TableName: string;
  Item: Record<string, string>;
  ConditionExpression: string;
  ReturnValuesOnConditionCheckFailure: "ALL_OLD";
};

/** Builds the conditional put that appends an event. It never replaces an event, but returns the existing one. */
export function buildEventPut(table: string, event: ActivityEvent, shards: ShardCount = 1): EventPut {
  return {
    TableName: table,
    Item: toEventItem(event, shards),
    ConditionExpression: "attribute_not_exists(timeline)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

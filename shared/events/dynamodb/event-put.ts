import type { ActivityEvent } from "#shared/events/event.ts";
import type { ShardCount } from "#shared/events/shards/shards.ts";
import { toEventItem } from "./event-item.ts";

/** Builds the conditional put that appends an event. It never replaces an event, but returns the existing one. */
export function buildEventPut(table: string, event: ActivityEvent, shards: ShardCount = 1) {
  return {
    TableName: table,
    Item: toEventItem(event, shards),
    ConditionExpression: "attribute_not_exists(timeline)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
}

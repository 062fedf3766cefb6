import type { ActivityEvent } from "#shared/events/event.ts";
import { type ShardCount, shardOf } from "#shared/events/shards/shards.ts";
import { eventKey } from "#shared/platform/dynamodb/keys.ts";

/** Returns the attribute of a field of the event: the index `paid` has the older name as its key. */
export function attributeOf(field: string): string {
  return field === "payment_status" ? "settled" : field;
}

/**
 * Returns an event as an item: its keys, its shard, and all fields but those that are `null`. The shard is not part of the
 * event: a repeat that is written with another shard count is the same event.
 */
export function toEventItem(event: ActivityEvent, shards: ShardCount = 1): Record<string, string> {
  const item: Record<string, string> = {
    ...eventKey(event.org_id, event),
    shard: shardOf(event, shards),
  };
  for (const [field, value] of Object.entries(event)) if (value !== null) item[attributeOf(field)] = value;
  return item;
}

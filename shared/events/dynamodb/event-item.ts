import type { ActivityEvent } from "#shared/events/event.ts";
import { type ShardCount, shardOf } from "#shared/events/shards/shards.ts";
import { eventKey } from "#shared/platform/dynamodb/keys.ts";

/** The attribute that stores a field of the event: the index `paid` is keyed by the older name. */
export function attributeOf(field: string): string {
  return field === "payment_status" ? "settled" : field;
}

/**
 * An event as an item: its keys, its shard, and every field that has a value. Absence is the absence of the attribute.
 * The shard is no part of the event: a repeat that is written under another count is the same event.
 */
export function toEventItem(event: ActivityEvent, shards: ShardCount = 1): Record<string, string> {
  const item: Record<string, string> = {
    ...eventKey(event.org_id, event),
    shard: shardOf(event, shards),
  };
  for (const [field, value] of Object.entries(event)) if (value !== null) item[attributeOf(field)] = value;
  return item;
}

import type { ActivityEvent, JsonText } from "../events/event.ts";
import { actionPattern, eventIdPattern } from "../events/limits.ts";
import { firstShard, isShardOf, type ShardCount, shardOf } from "../events/shards.ts";
import { parseTimestamp } from "../events/timestamp.ts";
import { isEntityType } from "../events/vocabulary.ts";
import { positionKey, timelineKey } from "./keys.ts";

/** An item as DynamoDB and its stream give it, as far as it is text. */
export type StoredItem = Readonly<Record<string, { readonly S?: string | undefined }>>;

/**
 * An event as an item: its keys, its shard, and every field that has a value. Absence is the absence of the attribute.
 * The shard is no part of the event: a repeat that is written under another count is the same event.
 */
export function toItem(event: ActivityEvent, shards: ShardCount = 1): Record<string, string> {
  const item: Record<string, string> = {
    timeline: timelineKey(event.org_id, event.entity_id),
    position: positionKey(event.occurred_at, event.event_id),
    shard: shardOf(event, shards),
  };
  for (const [field, value] of Object.entries(event)) if (value !== null) item[field] = value;
  return item;
}

/** The event of an item. Throws, naming the item's key, where the item is not one that this log wrote. */
export function fromItem(item: StoredItem): ActivityEvent {
  const fault = (field: string) => new Error(`Item ${nameOf(item)} has no valid ${field}.`);
  const optional = (field: string): string | null => {
    const value = item[field];
    if (value === undefined) return null;
    if (value.S === undefined) throw fault(field);
    return value.S;
  };
  const required = (field: string): string => {
    const value = item[field]?.S;
    if (value === undefined) throw fault(field);
    return value;
  };
  const type = required("entity_type");
  if (!isEntityType(type)) throw fault("entity_type");
  const settled = optional("settled");
  if (settled !== null && settled !== "paid") throw fault("settled");
  const notify = optional("notify");
  if (notify !== null && notify !== "no") throw fault("notify");
  return {
    event_id: required("event_id"),
    org_id: required("org_id"),
    action: required("action"),
    entity_type: type,
    entity_id: required("entity_id"),
    entity_ref: optional("entity_ref"),
    actor_user_id: optional("actor_user_id"),
    actor: storedJson(optional("actor")),
    changes: storedJson(optional("changes")),
    metadata: storedJson(required("metadata")),
    occurred_at: required("occurred_at"),
    recorded_at: required("recorded_at"),
    related: storedJson(optional("related")),
    text: optional("text"),
    information: optional("information"),
    params: storedJson(optional("params")),
    contact_id: optional("contact_id"),
    settled,
    notify,
  };
}

/**
 * The same, where the item is to the letter what this log would have written: its key, its times, its structured parts,
 * and nothing beside them. Throws for any other.
 */
export function readOwnItem(item: StoredItem): ActivityEvent {
  const event = fromItem(item);
  const shard = item.shard?.S ?? firstShard;
  const own: Record<string, string> = { ...toItem(event), shard };
  const names = Object.keys(item);
  const isOwn =
    names.length === Object.keys(own).length &&
    names.every((name) => item[name]?.S !== undefined && item[name].S === own[name]) &&
    isShardOf(event, shard) &&
    eventIdPattern.test(event.event_id) &&
    actionPattern.test(event.action) &&
    [event.occurred_at, event.recorded_at].every((time) => parseTimestamp(time) === time) &&
    [event.actor, event.changes, event.metadata, event.related, event.params].every(isOwnJson);
  if (!isOwn) throw new Error(`Item ${nameOf(item)} is none that this log wrote.`);
  return event;
}

/** Whether a structured part is text that this log wrote: without blanks, and in the order of its keys. */
function isOwnJson(text: string | null): boolean {
  return text === null || JSON.stringify(JSON.parse(text)) === text;
}

/** The key of an item, from its natural attributes: a page does not read the key itself. */
function nameOf({ org_id, entity_id, occurred_at, event_id }: StoredItem): string {
  return `${timelineKey(org_id?.S ?? "?", entity_id?.S ?? "?")} ${positionKey(occurred_at?.S ?? "?", event_id?.S ?? "?")}`;
}

/** The table holds only what `toItem` put there, and no role may change an item: what was JSON text still is. */
function storedJson<T extends string | null>(text: T): T extends string ? JsonText : JsonText | null;
function storedJson(text: string | null): JsonText | null {
  return text as JsonText | null;
}

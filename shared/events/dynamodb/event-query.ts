import type { QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { latestVisibleTime } from "#shared/events/clock-skew.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { type EventQuery, type IndexName, planQuery } from "#shared/events/query/query.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { positionKey, timelineKey } from "#shared/platform/dynamodb/keys.ts";
import { attributeOf } from "./event-item.ts";
import type { EventItemKey } from "./parse-event-item.ts";

const partitionKeys: Record<Exclude<IndexName, "timeline">, readonly (keyof EventQuery & keyof ActivityEvent)[]> = {
  by_time: ["org_id"],
  by_type: ["org_id", "entity_type"],
  by_actor: ["org_id", "actor_user_id"],
  by_contact: ["org_id", "contact_id"],
  paid: ["org_id"],
};

/**
 * What every reader needs of an event, and of its key, which the fields must agree with. Reading no more than is shown
 * spares time, though not read units.
 */
const alwaysProjected = [
  "position",
  "event_id",
  "action",
  "entity_type",
  "entity_id",
  "entity_ref",
  "actor_user_id",
  "changes",
  "metadata",
  "occurred_at",
  "recorded_at",
] as const satisfies readonly (keyof ActivityEvent | "position")[];

/** What the key of a query says of all its items. It is not read again with each. */
export function knownItemKey(query: EventQuery, shard: string): Partial<EventItemKey> {
  const { index } = planQuery(query);
  return index === "timeline"
    ? { timeline: timelineKey(query.org_id, query.entity_id ?? "") }
    : { org_id: query.org_id, shard };
}

/** What items must say of their key, since the query does not. */
function missingKeyAttributes(index: IndexName): readonly (keyof EventItemKey)[] {
  return index === "timeline" ? ["org_id", "shard"] : ["timeline"];
}

/**
 * The query without what lies ahead of the present; `null` where nothing is left of it. DynamoDB takes no bounds that
 * exclude each other, nor a start outside of them.
 */
export function limitToPresent(query: EventQuery, now: Date): EventQuery | null {
  const present = latestVisibleTime(now);
  const until = query.until === null || query.until > present ? present : query.until;
  if (query.since !== null && query.since > until) return null;
  const isAhead = query.after !== null && query.after.occurred_at > present;
  return { ...query, until, after: isAhead ? null : query.after };
}

/** A page's query of one shard to DynamoDB, but for how much it reads and where it starts. Newest first. */
export function buildPageQuery(table: string, query: EventQuery, shard: string) {
  const { index, conditions } = planQuery(query);
  const key = partition(query, index, shard);
  const sortKey = index === "timeline" ? "position" : "occurred_at";
  const { since, until } = bounds(query, index);
  const names: Record<string, string> = {};
  const values: Record<string, string> = {};
  const name = (attribute: string) => {
    names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  };
  const value = (label: string, text: string) => {
    values[`:${label}`] = text;
    return `:${label}`;
  };

  const keyed = Object.entries(key).map(([attribute, text]) => `${name(attribute)} = ${value(attribute, text)}`);
  if (since !== null && until !== null) {
    keyed.push(`${name(sortKey)} BETWEEN ${value("since", since)} AND ${value("until", until)}`);
  } else if (since !== null) {
    keyed.push(`${name(sortKey)} >= ${value("since", since)}`);
  } else if (until !== null) {
    keyed.push(`${name(sortKey)} <= ${value("until", until)}`);
  }
  const filtered = conditions.map(
    (condition) => `${name(attributeOf(condition.attribute))} = ${value(condition.attribute, condition.value)}`,
  );
  return {
    TableName: table,
    ...(index === "timeline" ? {} : { IndexName: index }),
    KeyConditionExpression: keyed.join(" AND "),
    ProjectionExpression: [...alwaysProjected, ...missingKeyAttributes(index), ...query.projection.map(attributeOf)]
      .map(name)
      .join(", "),
    ...(filtered.length > 0 ? { FilterExpression: filtered.join(" AND ") } : {}),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: toStringAttributes(values),
    ScanIndexForward: false,
    ReturnConsumedCapacity: "TOTAL",
  } satisfies QueryCommandInput;
}

/** The partition that a query reads: always computed from the caller's organisation, never from a cursor. */
function partition(query: EventQuery, index: IndexName, shard: string): Record<string, string> {
  if (index === "timeline") return { timeline: timelineKey(query.org_id, query.entity_id ?? "") };
  const key: Record<string, string> = { shard };
  for (const attribute of partitionKeys[index]) key[attribute] = query[attribute] ?? "";
  // Not from the query: an action can lead to this index as well.
  return index === "paid" ? { ...key, settled: "paid" } : key;
}

/**
 * Bounds of the sort key. A page that goes on after another ends where that one did, which also spares DynamoDB Local
 * a walk from the newest event. In the table itself the position goes on with `#id`, and `$` is the character after
 * `#`.
 */
function bounds({ since, until, after }: EventQuery, index: IndexName): { since: string | null; until: string | null } {
  const latest = after?.occurred_at ?? until;
  return { since, until: latest !== null && index === "timeline" ? `${latest}$` : latest };
}

/** The key that a page starts after. In an index no event need have it: the order is that of the sort key alone. */
export function toStartKey(query: EventQuery, after: Position, shard: string): AttributeMap {
  const { index } = planQuery(query);
  const timeline = after.key?.timeline ?? timelineKey(query.org_id, after.entity_id);
  // In the timeline the position is what it is sorted by: a forged cursor must not begin outside of its own bounds.
  const isWithin = index !== "timeline" || after.key?.position.startsWith(after.occurred_at);
  const position = (isWithin && after.key?.position) || positionKey(after.occurred_at, after.event_id);
  const { occurred_at, event_id, entity_id } = after;
  const sorted = index === "timeline" ? { position } : { timeline, position, occurred_at, event_id, entity_id };
  return toStringAttributes({ ...sorted, ...partition(query, index, shard) });
}

/**
 * The position of the last item that was read, matching or not, from the key that DynamoDB would go on with. In an index
 * it is what the index is sorted by: the key in the table of an item that is not an event says nothing of its place.
 */
export function toPosition(query: EventQuery, key: AttributeMap): Position {
  const position = key.position?.S ?? "";
  const end = position.includes("#") ? position.indexOf("#") : position.length;
  const timeline = key.timeline?.S ?? "";
  // No part of a position may be empty, for it may become a key.
  const occurred_at = key.occurred_at?.S ?? (position.slice(0, end) || " ");
  const event_id = key.event_id?.S ?? (position.slice(end + 1) || " ");
  const entity_id = key.entity_id?.S ?? timeline.slice(query.org_id.length + 1);
  const isEvent = timeline === timelineKey(query.org_id, entity_id) && position === positionKey(occurred_at, event_id);
  return { occurred_at, event_id, entity_id, ...(isEvent ? {} : { key: { timeline, position } }) };
}

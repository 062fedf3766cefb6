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
 * Attributes that every reader needs, including the key, with which the fields must agree. Reading fewer attributes saves
 * time, but no read units.
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

/** Returns the attributes that the query determines for all its items, which are not read. */
export function knownItemKey(query: EventQuery, shard: string): Partial<EventItemKey> {
  const { index } = planQuery(query);
  return index === "timeline"
    ? { timeline: timelineKey(query.org_id, query.entity_id ?? "") }
    : { org_id: query.org_id, shard };
}

/** Returns the attributes of the key that the query does not determine. */
function missingKeyAttributes(index: IndexName): readonly (keyof EventItemKey)[] {
  return index === "timeline" ? ["org_id", "shard"] : ["timeline"];
}

/**
 * Returns the query without events of the future; `null` if its range is empty. DynamoDB rejects bounds that exclude each
 * other, and a start outside of them.
 */
export function limitToPresent(query: EventQuery, now: Date): EventQuery | null {
  const present = latestVisibleTime(now);
  const until = query.until === null || query.until > present ? present : query.until;
  if (query.since !== null && query.since > until) return null;
  const isAhead = query.after !== null && query.after.occurred_at > present;
  return { ...query, until, after: isAhead ? null : query.after };
}

/** Builds the query of a page in one shard, newest first, without limit and start. */
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
  const filtered = conditions.map(({ attribute, value: text }) =>
    // A filter must not use an attribute of the index's key, which has the entity. The table's key has it, too.
    attribute === "entity_id"
      ? `${name("timeline")} = ${value("timeline", timelineKey(query.org_id, text))}`
      : `${name(attributeOf(attribute))} = ${value(attribute, text)}`,
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

/** Returns the partition of a query. It is always computed from the caller's organisation, never from a cursor. */
function partition(query: EventQuery, index: IndexName, shard: string): Record<string, string> {
  if (index === "timeline") return { timeline: timelineKey(query.org_id, query.entity_id ?? "") };
  const key: Record<string, string> = { shard };
  for (const attribute of partitionKeys[index]) key[attribute] = query[attribute] ?? "";
  // A constant, because a query by action can use this index as well.
  return index === "paid" ? { ...key, settled: "paid" } : key;
}

/**
 * Returns the bounds of the sort key. The upper bound of a further page is the position that it starts after, which saves
 * DynamoDB Local a scan from the newest event. In the table, `#id` follows the time; `$` is the character after `#`.
 */
function bounds({ since, until, after }: EventQuery, index: IndexName): { since: string | null; until: string | null } {
  const latest = after?.occurred_at ?? until;
  return { since, until: latest !== null && index === "timeline" ? `${latest}$` : latest };
}

/** Returns the key that a page starts after. In an index no event needs to have it: only the sort key matters. */
export function toStartKey(query: EventQuery, after: Position, shard: string): AttributeMap {
  const { index } = planQuery(query);
  const timeline = after.key?.timeline ?? timelineKey(query.org_id, after.entity_id);
  // The timeline is sorted by the position: a forged cursor must not start outside of its own bounds.
  const isWithin = index !== "timeline" || after.key?.position.startsWith(after.occurred_at);
  const position = (isWithin && after.key?.position) || positionKey(after.occurred_at, after.event_id);
  const { occurred_at, event_id, entity_id } = after;
  const sorted = index === "timeline" ? { position } : { timeline, position, occurred_at, event_id, entity_id };
  return toStringAttributes({ ...sorted, ...partition(query, index, shard) });
}

/**
 * Returns the position of the last read item, matching or not, from DynamoDB's `LastEvaluatedKey`. In an index it is the
 * sort key of the index, because the table key of a damaged item may differ.
 */
export function toPosition(query: EventQuery, key: AttributeMap): Position {
  const position = key.position?.S ?? "";
  const end = position.includes("#") ? position.indexOf("#") : position.length;
  const timeline = key.timeline?.S ?? "";
  // The parts of a position may become keys, so none may be empty.
  const occurred_at = key.occurred_at?.S ?? (position.slice(0, end) || " ");
  const event_id = key.event_id?.S ?? (position.slice(end + 1) || " ");
  const entity_id = key.entity_id?.S ?? timeline.slice(query.org_id.length + 1);
  const isEvent = timeline === timelineKey(query.org_id, entity_id) && position === positionKey(occurred_at, event_id);
  return { occurred_at, event_id, entity_id, ...(isEvent ? {} : { key: { timeline, position } }) };
}

import { isRecordedTooEarly } from "#shared/events/clock-skew.ts";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import { entityTypes, isEntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent, EventOfAnyRelease, JsonText } from "#shared/events/event.ts";
import {
  eventIdPattern,
  isAction,
  isId,
  maxActionLength,
  maxEventBytes,
  maxRefLength,
  maxTextLength,
  orgIdPattern,
} from "#shared/events/limits.ts";
import { isPossibleShard } from "#shared/events/shards/shards.ts";
import { toStorableJson, toStorableText } from "#shared/events/text/storable-text.ts";
import { isStoredChanges, isStoredObject, isStoredRelated } from "#shared/events/text/stored-json.ts";
import { isTimestamp } from "#shared/platform/time/timestamp.ts";

/** An item of DynamoDB or its stream, as far as it is text. */
export type EventItem = Readonly<Record<string, { readonly S?: string | undefined }>>;

/** The key of an item. A query determines a part of it for all its items, which is not read with each. */
export type EventItemKey = { readonly org_id: string; readonly timeline: string; readonly shard: string };

/** Characters of each key in an error. The keys of events are shorter. */
const maxKeyShown = 400;

/** The attributes that are not fields of the event. */
const keyAttributes = ["timeline", "position", "shard"];

/**
 * Parses a whole item of the events table. Services write into the table, so items are input: the result is an event exactly
 * as ingest stores it, except for characters that earlier releases accepted (`toStorableText`). Throws `DamagedItemError`
 * with the first invalid attribute.
 */
export function parseEventItem(item: EventItem): ActivityEvent {
  const event = parseListedItem(item, {});
  const fields = Object.values(event).filter((value) => value !== null).length;
  if (Object.keys(item).length !== fields + keyAttributes.length) throw damaged(item, "it has an unknown attribute");
  return event;
}

/**
 * Parses an item of a query, which has the projected attributes and whose key is `known` in part. Other fields of the event
 * are `null`. Throws `DamagedItemError`.
 */
export function parseListedItem(item: EventItem, known: Partial<EventItemKey>): ActivityEvent {
  const event = parseFields(item, known.org_id ?? text(item, "org_id", isOrgId));
  const { org_id, entity_id, occurred_at, event_id } = event;
  if (!isKeyOf(known.timeline ?? item.timeline?.S, org_id, entity_id)) throw invalid(item, "timeline");
  if (!isKeyOf(item.position?.S, occurred_at, event_id)) throw invalid(item, "position");
  const shard = known.shard ?? item.shard?.S;
  if (shard === undefined || !isPossibleShard(event, shard)) throw invalid(item, "shard");
  if (isRecordedTooEarly(event)) throw damaged(item, "occurred_at lies ahead of recorded_at");
  if (isTooLarge(event)) throw damaged(item, "it is too large");
  return event;
}

/**
 * Parses a whole item that a later release may have written: with an entity type and attributes that this one does not
 * know, which are ignored. Throws `DamagedItemError`.
 */
export function parseEventOfAnyRelease(item: EventItem): EventOfAnyRelease {
  const entity_type = text(item, "entity_type", isEntityTypeName);
  // No other attribute depends on the type, so a known type can replace it.
  const [anyType] = entityTypes;
  return { ...parseListedItem({ ...item, entity_type: { S: anyType } }, {}), entity_type };
}

/** Whether a key is what `timelineKey` or `positionKey` return for two parts. Copies neither of them. */
function isKeyOf(key: string | undefined, first: string, second: string): boolean {
  return (
    key !== undefined &&
    key.length === first.length + 1 + second.length &&
    key.startsWith(first) &&
    key[first.length] === "#" &&
    key.endsWith(second)
  );
}

function parseFields(item: EventItem, org_id: string): ActivityEvent {
  return {
    event_id: text(item, "event_id", isEventId),
    org_id,
    action: text(item, "action", isAction),
    entity_type: guarded(item, "entity_type", isEntityType) ?? missing(item, "entity_type"),
    entity_id: text(item, "entity_id", isId),
    entity_ref: prose(item, "entity_ref", isRef),
    actor_user_id: optional(item, "actor_user_id", isId),
    actor: json(item, "actor", isStoredObject),
    changes: json(item, "changes", isStoredChanges),
    metadata: json(item, "metadata", isStoredObject) ?? missing(item, "metadata"),
    occurred_at: text(item, "occurred_at", isTimestamp),
    recorded_at: text(item, "recorded_at", isTimestamp),
    related: json(item, "related", isStoredRelated),
    text: prose(item, "text", isProse),
    information: prose(item, "information", isProse),
    params: json(item, "params", isStoredObject),
    contact_id: optional(item, "contact_id", isId),
    payment_status: constant(item, "settled", "paid"),
    notify: constant(item, "notify", "no"),
  };
}

type Field = Exclude<keyof ActivityEvent, "payment_status"> | "settled";

function text(item: EventItem, field: Field, isValid: (value: string) => boolean): string {
  return optional(item, field, isValid) ?? missing(item, field);
}

function optional(item: EventItem, field: Field, isValid: (value: string) => boolean): string | null {
  const attribute = item[field];
  if (attribute === undefined) return null;
  if (attribute.S === undefined || !isValid(attribute.S)) throw invalid(item, field);
  return attribute.S;
}

/** Like `optional`, for values that have a type of their own. */
function guarded<T extends string>(item: EventItem, field: Field, isValid: (value: string) => value is T): T | null {
  const attribute = item[field];
  if (attribute === undefined) return null;
  if (attribute.S === undefined || !isValid(attribute.S)) throw invalid(item, field);
  return attribute.S;
}

/** Like `optional`, for texts that people read. */
function prose(item: EventItem, field: Field, isValid: (value: string) => boolean): string | null {
  const value = optional(item, field, isValid);
  return value === null ? null : toStorableText(value);
}

function json(item: EventItem, field: Field, isValid: (value: string) => value is JsonText): JsonText | null {
  const value = guarded(item, field, isValid);
  return value === null ? null : toStorableJson(value);
}

function constant<T extends string>(item: EventItem, field: Field, value: T): T | null {
  const attribute = item[field];
  if (attribute === undefined) return null;
  if (attribute.S !== value) throw invalid(item, field);
  return value;
}

function missing(item: EventItem, field: Field): never {
  throw invalid(item, field);
}

function isEntityTypeName(value: string): boolean {
  return value.length <= maxActionLength && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(value);
}

function isOrgId(value: string): boolean {
  return orgIdPattern.test(value);
}

function isEventId(value: string): boolean {
  return eventIdPattern.test(value);
}

function isRef(value: string): boolean {
  return value.length <= maxRefLength && value.isWellFormed();
}

function isProse(value: string): boolean {
  return value.length <= maxTextLength && value.isWellFormed();
}

/** Bytes of all fields of an event that have a limit of their own below 500 characters, at most. */
const shortFieldsBytes = 6_000;

/** As at ingest: the fields of an event together are no larger than an event may be. */
function isTooLarge(event: ActivityEvent): boolean {
  const { changes, metadata, actor, related, params, text, information } = event;
  const units = length(changes) + length(metadata) + length(actor) + length(related) + length(params);
  // A unit of UTF-16 has three bytes of UTF-8 at most: the bytes of most events need not be counted.
  if (3 * (units + length(text) + length(information)) + shortFieldsBytes <= maxEventBytes) return false;
  return Buffer.byteLength(Object.values(event).join("")) > maxEventBytes;
}

function length(text: string | null): number {
  return text === null ? 0 : text.length;
}

function invalid(item: EventItem, attribute: Field | keyof EventItemKey | "position"): DamagedItemError {
  return damaged(item, `${attribute} is not valid`);
}

function damaged({ timeline, position }: EventItem, reason: string): DamagedItemError {
  const shown = (key: string | undefined) => (key ?? "?").slice(0, maxKeyShown).toWellFormed();
  return new DamagedItemError({ timeline: shown(timeline?.S), position: shown(position?.S), reason });
}

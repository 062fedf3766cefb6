import type { EntityType } from "./entity-types.ts";

declare const json: unique symbol;

/** Text that is well-formed JSON. Structured fields stay text so that their keys keep their order. */
export type JsonText = string & { readonly [json]: true };

/** Returns a value as JSON text. The value must come from JSON: functions, symbols and `undefined` have no text. */
export function toJsonText(value: unknown): JsonText {
  return JSON.stringify(value) as JsonText;
}

/** One state change as stored. Events are never changed. Times are UTC with three fraction digits. */
export type ActivityEvent = {
  /** `evt_` and 32 hexadecimal digits. */
  readonly event_id: string;
  readonly org_id: string;
  /** `{ENTITY}_{VERB}` in upper case. */
  readonly action: string;
  readonly entity_type: EntityType;
  readonly entity_id: string;
  /** The number or name of the entity, as people know it. */
  readonly entity_ref: string | null;
  /** `null` for the system, schedules and customer portals. */
  readonly actor_user_id: string | null;
  /** `{name, email, avatar_url, type, on_behalf_of: {user_id, name}}` as of the event. */
  readonly actor: JsonText | null;
  /** `{field: {old, new}}`. */
  readonly changes: JsonText | null;
  /** The context of the request: address, request id, source. */
  readonly metadata: JsonText;
  readonly occurred_at: string;
  /** When the log stored the event. */
  readonly recorded_at: string;
  /** `[{entity_type, entity_id, entity_ref}]`: other entities that the event is about. */
  readonly related: JsonText | null;
  readonly text: string | null;
  readonly information: string | null;
  readonly params: JsonText | null;
  /** The customer or supplier that the event concerns. */
  readonly contact_id: string | null;
  /** Set on events that mean that money was received or paid. */
  readonly payment_status: "paid" | null;
  /** `no` if webhooks are sent for the event only by a replay that includes such events. */
  readonly notify: "no" | null;
};

/** An event that perhaps a later release wrote, with an entity type that this one does not know. */
export type EventOfAnyRelease = Omit<ActivityEvent, "entity_type"> & { readonly entity_type: string };

/** Position of an event in the log: newest first by time, then by id, then by entity, which makes the order total. */
export type Position = Pick<ActivityEvent, "occurred_at" | "event_id" | "entity_id"> & {
  /**
   * The table key of the damaged item at which a read ended. Several such items can share the other fields with one
   * event, before and after it.
   */
  readonly key?: { readonly timeline: string; readonly position: string };
};

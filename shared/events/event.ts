import type { EntityType } from "./entity-types.ts";

declare const json: unique symbol;

/** Text that is known to be well-formed JSON. Structured parts stay text, so that their keys stay in order. */
export type JsonText = string & { readonly [json]: true };

/** Writes a value as JSON text. The value must have come from JSON: functions, symbols and `undefined` have no text. */
export function toJsonText(value: unknown): JsonText {
  return JSON.stringify(value) as JsonText;
}

/** One state change, as it is stored for ever. Times are UTC with three fraction digits. */
export type ActivityEvent = {
  /** `evt_` and 32 hexadecimal digits. */
  readonly event_id: string;
  readonly org_id: string;
  /** `{ENTITY}_{VERB}` in upper case. */
  readonly action: string;
  readonly entity_type: EntityType;
  readonly entity_id: string;
  /** The number that people know the document by. */
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
  /** When this log stored it. */
  readonly recorded_at: string;
  /** `[{entity_type, entity_id, entity_ref}]`: other things that the event is about. */
  readonly related: JsonText | null;
  readonly text: string | null;
  readonly information: string | null;
  readonly params: JsonText | null;
  /** The customer or supplier whose story the event belongs to. */
  readonly contact_id: string | null;
  /** Set on events that say money was received or paid. */
  readonly payment_status: "paid" | null;
  /** `no` where its webhooks are sent only by a replay that asks for everything. */
  readonly notify: "no" | null;
};

/** Where an event stands: newest first by time, then by id, then by entity, so that the order of any page is total. */
export type Position = Pick<ActivityEvent, "occurred_at" | "event_id" | "entity_id"> & {
  /**
   * The key in the table of an item that is not an event, where a read ended at one: several can be in the place of one
   * event, before and behind it.
   */
  readonly key?: { readonly timeline: string; readonly position: string };
};

import { type EntityType, isPaymentAction } from "#shared/events/entity-types.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";

/** Conditions of a query, all of which must match; `null` matches every event. */
export type EventFilter = {
  readonly entity_type: EntityType | null;
  readonly entity_id: string | null;
  /** Exactly this action. */
  readonly action: string | null;
  readonly actor_user_id: string | null;
  readonly contact_id: string | null;
  readonly payment_status: "paid" | null;
  /**
   * The condition whose index serves the query, so that its cost reveals nothing of other events; by default the most
   * selective one.
   */
  readonly readBy?: "contact_id" | "actor_user_id";
  /** The entity types that the reader's dialect shows. Others are rare and filtered after reading. */
  readonly visibleEntityTypes: readonly EntityType[];
  /** Inclusive bounds, UTC with three fraction digits. */
  readonly since: string | null;
  readonly until: string | null;
};

/** A filter without conditions, except for the visible entity types. */
export const noFilter: Omit<EventFilter, "visibleEntityTypes"> = {
  entity_type: null,
  entity_id: null,
  action: null,
  actor_user_id: null,
  contact_id: null,
  payment_status: null,
  since: null,
  until: null,
};

/** Fields that only some dialects show. */
export const projectableFields = [
  "actor",
  "related",
  "text",
  "information",
  "params",
  "contact_id",
  "payment_status",
  "notify",
] as const;

export type ProjectableField = (typeof projectableFields)[number];

export type EventQuery = EventFilter & {
  readonly org_id: string;
  /** The optional fields to read; the others are `null` in the result. */
  readonly projection: readonly ProjectableField[];
  /** Maximum number of events. A page may have fewer although more follow. */
  readonly limit: number;
  /** Where the previous page ended. */
  readonly after: Position | null;
};

/** One page, newest first. `next` is where the next page starts, `null` at the end. */
export type EventPage = { readonly events: readonly ActivityEvent[]; readonly next: Position | null };

/** Counts the read units of one request and decides whether it may read more. */
export type ReadMeter = {
  /** Must be awaited before each read. Throws `ActivityError` `rate_limited` or `unavailable` if it must not begin. */
  next(): Promise<void>;
  /** Adds the read units of a read that has ended; 0 for a failed one. */
  add(units: number): void;
};

export type EventReader = { readPage(query: EventQuery, meter?: ReadMeter): Promise<EventPage> };

/** Returns a reader whose reads are all counted by one meter. */
export function createMeteredReader(reader: EventReader, meter: ReadMeter): EventReader {
  return { readPage: (query) => reader.readPage(query, meter) };
}

/** `timeline` is the table itself, keyed by entity; the others are its indexes. */
export type IndexName = "timeline" | "by_time" | "by_type" | "by_actor" | "by_contact" | "paid";

/** How to execute a query: its index, and the conditions that must be filtered in addition. */
export type QueryPlan = {
  readonly index: IndexName;
  readonly conditions: readonly QueryCondition[];
};

export type QueryCondition = {
  readonly attribute: "entity_type" | "entity_id" | "action" | "actor_user_id" | "contact_id" | "payment_status";
  readonly value: string;
};

/** From the most selective key to the least: an entity has fewer events than a contact, a contact fewer than a user. */
const indexes = [
  { index: "timeline", attribute: "entity_id" },
  { index: "by_contact", attribute: "contact_id" },
  { index: "by_actor", attribute: "actor_user_id" },
  { index: "paid", attribute: "payment_status" },
  { index: "by_type", attribute: "entity_type" },
] as const;

/**
 * Returns the plan with the most selective index of a query, or that of `readBy`; its other conditions are filtered. No
 * index has the action, but `paid` has every event with a payment action.
 */
export function planQuery(filter: EventFilter): QueryPlan {
  const isPaid = filter.action !== null && isPaymentAction(filter.action);
  const chosen = indexes.find(({ attribute }) =>
    filter.readBy === undefined
      ? filter[attribute] !== null || (attribute === "payment_status" && isPaid)
      : attribute === filter.readBy,
  );
  const conditions: QueryCondition[] = [];
  for (const { attribute } of indexes) {
    const value = filter[attribute];
    if (value !== null && attribute !== chosen?.attribute) conditions.push({ attribute, value });
  }
  if (filter.action !== null) conditions.push({ attribute: "action", value: filter.action });
  return { index: chosen?.index ?? "by_time", conditions };
}

import { type EntityType, isPaymentAction } from "#shared/events/entity-types.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";

/** What a reader may ask for. All conditions hold together; `null` asks for nothing. */
export type EventFilter = {
  readonly entity_type: EntityType | null;
  readonly entity_id: string | null;
  /** Exactly this action. */
  readonly action: string | null;
  readonly actor_user_id: string | null;
  readonly contact_id: string | null;
  readonly payment_status: "paid" | null;
  /**
   * The entity types that the reader's dialect has names for. What it has none for is rare, and dropped after
   * reading.
   */
  readonly visibleEntityTypes: readonly EntityType[];
  /** Inclusive bounds, UTC with three fraction digits. */
  readonly since: string | null;
  readonly until: string | null;
};

/** A filter without conditions, except for the entity types that the reader has names for. */
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

/** What only some dialects show of an event. */
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
  /** The parts that the reader shows. The others are not read, and are `null` in what it gets. */
  readonly projection: readonly ProjectableField[];
  /** Events at most; a page may hold fewer and still have more behind it. */
  readonly limit: number;
  /** Where the page before ended. */
  readonly after: Position | null;
};

/** One page, newest first. `next` is where the page after begins, `null` at the end. */
export type EventPage = { readonly events: readonly ActivityEvent[]; readonly next: Position | null };

/** Counts what one request reads, and decides whether it may read on. */
export type ReadMeter = {
  /** To be awaited before each read. Throws `ActivityError` `rate_limited` or `unavailable` where it is not to begin. */
  next(): Promise<void>;
  /** Adds the read units that a read consumed once it has ended; 0 for one that failed. */
  add(units: number): void;
};

export type EventReader = { readPage(query: EventQuery, meter?: ReadMeter): Promise<EventPage> };

/** A reader all of whose reads are counted by one meter. */
export function createMeteredReader(reader: EventReader, meter: ReadMeter): EventReader {
  return { readPage: (query) => reader.readPage(query, meter) };
}

/** The table itself, keyed by document, and its indexes. */
export type IndexName = "timeline" | "by_time" | "by_type" | "by_actor" | "by_contact" | "paid";

/** How one query is answered: one index, and the conditions that the index does not answer by itself. */
export type QueryPlan = {
  readonly index: IndexName;
  readonly conditions: readonly QueryCondition[];
};

export type QueryCondition = {
  readonly attribute: "entity_type" | "entity_id" | "action" | "actor_user_id" | "contact_id" | "payment_status";
  readonly value: string;
};

/**
 * From the most selective key to the least: a document has fewer events than a contact, a contact fewer than a user,
 * and so on.
 */
const choices = [
  { index: "timeline", attribute: "entity_id" },
  { index: "by_contact", attribute: "contact_id" },
  { index: "by_actor", attribute: "actor_user_id" },
  { index: "paid", attribute: "payment_status" },
  { index: "by_type", attribute: "entity_type" },
] as const;

/**
 * Chooses the most selective index for a query and leaves the rest of its conditions to be filtered. No index has the
 * action, but `paid` holds every event of an action that settles something.
 */
export function planQuery(filter: EventFilter): QueryPlan {
  const isPaid = filter.action !== null && isPaymentAction(filter.action);
  const chosen = choices.find(
    ({ attribute }) => filter[attribute] !== null || (attribute === "payment_status" && isPaid),
  );
  const conditions: QueryCondition[] = [];
  for (const { attribute } of choices) {
    const value = filter[attribute];
    if (value !== null && attribute !== chosen?.attribute) conditions.push({ attribute, value });
  }
  if (filter.action !== null) conditions.push({ attribute: "action", value: filter.action });
  return { index: chosen?.index ?? "by_time", conditions };
}

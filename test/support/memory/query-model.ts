import fc from "fast-check";
import { documentTypes, entityTypes } from "#shared/events/entity-types.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { listEvents } from "#shared/events/query/list-events.ts";
import type { EventQuery, EventReader } from "#shared/events/query/query.ts";

/** The last two sort differently by UTF-8 (DynamoDB) than by UTF-16 (JavaScript). */
const entity = fc.constantFrom("inv_1", "inv_2", "a#b", "ü/ 1", "\uFFFD", "\u{1F9FE}");
/** Two payment actions with a common prefix, an action that is not a payment, and another payment. */
const action = fc.constantFrom("INVOICE_PAID", "INVOICE_PAID_BANK", "INVOICE_SENT", "EXPENSE_PAID");
const actor = fc.constantFrom("usr_1", "usr_2", "usr#3");
const contact = fc.constantFrom("con_1", "con_2");

/** Few seconds and few milliseconds, so that many events share a time and only their ids determine the order. */
const time = fc
  .tuple(fc.integer({ min: 10, max: 13 }), fc.constantFrom("", ".000", ".001", ".999"))
  .map(([second, fraction]) => `2026-05-11T08:30:${second}${fraction}Z`);

/** Most events have unique ids; a few share one and differ only in their entities. */
const id = fc.option(fc.constantFrom("1", "2"), { freq: 2 });

export const eventArbitrary = fc.record({
  id,
  entity_type: fc.constantFrom("INVOICE", "BILL", "CONTACT", "USER"),
  entity_id: entity,
  action,
  actor_user_id: fc.option(actor),
  contact: fc.option(contact),
  occurred_at: time,
});

export type GeneratedEvent = typeof eventArbitrary extends fc.Arbitrary<infer T> ? T : never;

const canonical = (text: string | null) => (text === null ? null : new Date(text).toISOString());

export const queryArbitrary = fc
  .record(
    {
      entity_type: fc.option(fc.constantFrom("INVOICE", "BILL", "CONTACT")),
      entity_id: fc.option(entity),
      action: fc.option(action, { freq: 2 }),
      actor_user_id: fc.option(actor),
      contact_id: fc.option(contact),
      payment_status: fc.option(fc.constant("paid")),
      readBy: fc.option(fc.constantFrom("contact_id" as const, "actor_user_id" as const)),
      visibleEntityTypes: fc.constantFrom(documentTypes, entityTypes),
      since: fc.option(time),
      until: fc.option(time),
      limit: fc.integer({ min: 1, max: 7 }),
    },
    { noNullPrototype: true },
  )
  .map(({ since, until, readBy, ...query }) => ({
    ...query,
    ...(readBy !== null && query[readBy] !== null && { readBy }),
    projection: [],
    since: canonical(since),
    until: canonical(until),
  }));

/** Builds valid events of an organisation from generated ones, without duplicates. */
export function buildEvents(org_id: string, generated: readonly GeneratedEvent[]): ActivityEvent[] {
  const events = generated.map(({ id, contact, ...fields }, index) => {
    const related = contact === null ? {} : { related: [{ entity_type: "CONTACT", entity_id: contact }] };
    const event_id = id === null ? {} : { event_id: `evt_${id.repeat(32)}` };
    return parseEventValue(
      { org_id, ...fields, ...related, ...event_id },
      { now: new Date(), entropy: `${org_id} ${index}` },
    ).event;
  });
  return [...new Map(events.map((event) => [eventKey(event), event])).values()];
}

/** Returns the keys of the events that match a query, in its order, by filtering and sorting all events. */
export function expectedKeys(
  events: readonly ActivityEvent[],
  query: Omit<EventQuery, "after" | "limit" | "projection" | "org_id">,
): string[] {
  return events
    .filter((event) => query.entity_type === null || event.entity_type === query.entity_type)
    .filter((event) => query.visibleEntityTypes.includes(event.entity_type))
    .filter((event) => query.entity_id === null || event.entity_id === query.entity_id)
    .filter((event) => query.action === null || event.action === query.action)
    .filter((event) => query.actor_user_id === null || event.actor_user_id === query.actor_user_id)
    .filter((event) => query.contact_id === null || event.contact_id === query.contact_id)
    .filter((event) => query.payment_status === null || event.payment_status === query.payment_status)
    .filter((event) => query.since === null || event.occurred_at >= query.since)
    .filter((event) => query.until === null || event.occurred_at <= query.until)
    .map(eventKey)
    .sort((left, right) => Buffer.compare(Buffer.from(right), Buffer.from(left)));
}

/** Returns a key that is unique in the organisation and sorts in the order of lists. */
export function eventKey({ occurred_at, event_id, entity_id }: Position): string {
  return `${occurred_at} ${event_id} ${entity_id}`;
}

/** Reads a list page by page to its end. Calls `afterPage` after each page, and returns the keys. */
export async function readAllPages(
  reader: EventReader,
  query: Omit<EventQuery, "after">,
  afterPage: () => Promise<void> = async () => undefined,
): Promise<string[]> {
  const seen: string[] = [];
  let after: Position | null = null;
  do {
    const page = await listEvents(reader, { ...query, after });
    if (page.events.length > query.limit) throw new Error(`A page has ${page.events.length} events.`);
    seen.push(...page.events.map(eventKey));
    after = page.next;
    await afterPage();
  } while (after !== null);
  return seen;
}

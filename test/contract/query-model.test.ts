import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import type { ActivityEvent, Position } from "../../shared/events/event.ts";
import { listEvents } from "../../shared/events/list.ts";
import type { EventQuery } from "../../shared/events/query.ts";
import { readEvent } from "../../shared/events/read-event.ts";
import { documentTypes, entityTypes } from "../../shared/events/vocabulary.ts";
import { eventStore } from "../../shared/store/events.ts";
import { startStack, type TestStack } from "../support/stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});

const entity = fc.constantFrom("inv_1", "inv_2", "a#b", "ü/ 1");
const actor = fc.constantFrom("usr_1", "usr_2", "usr#3");
const contact = fc.constantFrom("con_1", "con_2");
/** Few seconds and few milliseconds, so that many events share a time and only the order of ids tells them apart. */
const time = fc
  .tuple(fc.integer({ min: 10, max: 13 }), fc.constantFrom("", ".000", ".001", ".999"))
  .map(([second, fraction]) => `2026-05-11T08:30:${second}${fraction}Z`);

const someEvent = fc.record({
  entity_type: fc.constantFrom("INVOICE", "BILL", "CONTACT", "USER"),
  entity_id: entity,
  action: fc.constantFrom("INVOICE_PAID", "INVOICE_SENT", "EXPENSE_PAID"),
  actor_user_id: fc.option(actor),
  contact: fc.option(contact),
  occurred_at: time,
});

const someQuery = fc.record(
  {
    entity_type: fc.option(fc.constantFrom("INVOICE", "BILL", "CONTACT")),
    entity_id: fc.option(entity),
    actor_user_id: fc.option(actor),
    contact_id: fc.option(contact),
    settled: fc.option(fc.constant("paid")),
    visible: fc.constantFrom(documentTypes, entityTypes),
    since: fc.option(time),
    until: fc.option(time),
    limit: fc.integer({ min: 1, max: 7 }),
  },
  { noNullPrototype: true },
);

const canonical = (text: string | null) => (text === null ? null : new Date(text).toISOString());

/** The answer by definition: every event, filtered and sorted. */
function expected(events: readonly ActivityEvent[], query: Omit<EventQuery, "after" | "limit" | "parts">): string[] {
  return events
    .filter((event) => query.entity_type === null || event.entity_type === query.entity_type)
    .filter((event) => query.visible.includes(event.entity_type))
    .filter((event) => query.entity_id === null || event.entity_id === query.entity_id)
    .filter((event) => query.actor_user_id === null || event.actor_user_id === query.actor_user_id)
    .filter((event) => query.contact_id === null || event.contact_id === query.contact_id)
    .filter((event) => query.settled === null || event.settled === query.settled)
    .filter((event) => query.since === null || event.occurred_at >= query.since)
    .filter((event) => query.until === null || event.occurred_at <= query.until)
    .sort((left, right) => (left.occurred_at + left.event_id < right.occurred_at + right.event_id ? 1 : -1))
    .map((event) => event.event_id);
}

let logs = 0;

it("every query, paged to its end, answers what filtering and sorting all events answers", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someEvent, { minLength: 1, maxLength: 40 }),
      fc.array(someQuery, { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (drafts, queries, reads) => {
        logs += 1;
        const org_id = `org_model_${logs}`;
        const events = drafts.map(
          ({ contact, ...draft }, at) =>
            readEvent(
              { org_id, ...draft, ...(contact ? { related: [{ entity_type: "CONTACT", entity_id: contact }] } : {}) },
              { now: new Date(), entropy: `${org_id} ${at}` },
            ).event,
        );
        await Promise.all(events.map((event) => stack.events.put(event)));
        // A budget of few reads makes pages end early, with more to come: paging on must still lose nothing.
        const store = eventStore(stack.dynamodb, stack.tables.events ?? "", { reads, bytes: 5_000_000 });
        for (const { since, until, ...rest } of queries) {
          const query = { ...rest, org_id, parts: [], since: canonical(since), until: canonical(until) };
          const seen: string[] = [];
          let after: Position | null = null;
          do {
            const page = await listEvents(store, { ...query, after });
            expect(page.events.length).toBeLessThanOrEqual(query.limit);
            seen.push(...page.events.map((event) => event.event_id));
            after = page.next;
          } while (after !== null);
          expect(seen).toEqual(expected(events, query));
        }
      },
    ),
    { numRuns: 40, endOnFailure: false },
  );
});

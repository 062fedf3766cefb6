import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { findEvent } from "#shared/events/query/find-event.ts";
import {
  buildEvents,
  eventArbitrary,
  eventKey,
  expectedKeys,
  queryArbitrary,
  readAllPages,
} from "#test/support/memory/query-model.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});

let logs = 0;

it("the event store (property) returns for every query, paged or by id, the same as filtering and sorting all events", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(eventArbitrary, { minLength: 1, maxLength: 40 }),
      fc.array(queryArbitrary, { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (drafts, queries, reads) => {
        logs += 1;
        const org_id = `org_model_${logs}`;
        const events = buildEvents(org_id, drafts);
        await Promise.all(events.map((event) => stack.events.put(event)));
        // A small budget of reads truncates pages: paging must still return every event.
        const budget = { reads, bytes: 5_000_000 };
        const store = createEventStore(stack.dynamodb, stack.tables.events ?? "", { budget });
        for (const query of queries) {
          expect(await readAllPages(store, { ...query, org_id })).toEqual(expectedKeys(events, query));
          for (const { event_id } of events.slice(0, 4)) {
            const { limit: _, ...asked } = { ...query, org_id };
            const found = await findEvent(store, asked, event_id);
            const [newest] = expectedKeys(
              events.filter((event) => event.event_id === event_id),
              query,
            );
            expect(found === null ? undefined : eventKey(found)).toBe(newest);
          }
        }
      },
    ),
    { numRuns: 40, endOnFailure: false },
  );
});

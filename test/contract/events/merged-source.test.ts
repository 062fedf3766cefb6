import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { mergeQueries } from "#shared/events/query/merge-queries.ts";
import { aQuery } from "#test/support/builders.ts";
import { isAsked, newestFirst } from "#test/support/memory/events.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
let orgs = 0;

beforeAll(async () => {
  stack = await startStack();
});

const types = ["INVOICE", "BILL", "PAYMENT"] as const;

/** Few entities, contacts and times, so that every index has events and ties are common. */
const anEvent = fc.record({
  entity_type: fc.constantFrom(...types),
  document: fc.nat(4),
  contact: fc.option(fc.nat(2)),
  ms: fc.nat(40),
});

const filters = [
  { entity_type: "INVOICE" },
  { entity_type: "BILL" },
  { entity_id: "doc_1" },
  { entity_id: "doc_2" },
  { contact_id: "con_1" },
  {},
] as const;

it("mergeQueries (property) returns each event once in the order of the log, page after page", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anEvent, { minLength: 1, maxLength: 60 }),
      fc.subarray([...filters], { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 9 }),
      async (drafts, chosen, limit) => {
        const org_id = `org_union_${orgs++}`;
        const events = drafts.map(({ entity_type, document, contact, ms }, at): ActivityEvent => {
          const occurred_at = new Date(Date.parse("2026-01-01T00:00:00.000Z") + ms).toISOString();
          const related =
            contact === null ? {} : { related: [{ entity_type: "CONTACT", entity_id: `con_${contact}` }] };
          const input = { org_id, action: `${entity_type}_CREATED`, entity_type, entity_id: `doc_${document}` };
          const now = new Date("2026-06-01T00:00:00.000Z");
          return parseEventValue({ ...input, ...related, occurred_at }, { now, entropy: `${org_id} ${at}` }).event;
        });
        await Promise.all(events.map((event) => stack.events.put(event)));
        const queries = chosen.map((filter) => aQuery({ ...filter, org_id, projection: ["contact_id", "related"] }));
        const source = mergeQueries(stack.events, queries);
        const seen: ActivityEvent[] = [];
        let after: ActivityEvent | null = null;
        for (;;) {
          const page: { events: readonly ActivityEvent[]; next: unknown } = await source.readPage({ after, limit });
          seen.push(...page.events);
          after = page.events.at(-1) ?? null;
          if (page.next === null || after === null) break;
        }
        const expected = events.filter((event) => queries.some((query) => isAsked(event, query))).sort(newestFirst);
        expect(seen.map(({ event_id }) => event_id)).toEqual(expected.map(({ event_id }) => event_id));
      },
    ),
    { numRuns: 40 },
  );
});

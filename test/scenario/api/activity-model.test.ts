import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { EventInput } from "#shared/events/event-input.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

const page = z.object({
  activity: z.array(z.object({ event_id: z.string() })),
  page_context: z.object({
    returned: z.number(),
    has_more_page: z.boolean(),
    next_cursor: z.optional(z.nullable(z.string())),
  }),
});

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});

const time = fc
  .tuple(fc.integer({ min: 10, max: 12 }), fc.constantFrom("", ".001", ".999"))
  .map(([second, fraction]) => `2026-05-11T08:30:${second}${fraction}Z`);

const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

const action = ["INVOICE_SENT", "INVOICE_PAID", "BILL_PAID", "EMAIL_SENT"] as const;

const eventArbitrary = fc.record({
  action: fc.constantFrom(...action),
  entity_type: fc.constantFrom("INVOICE" as const, "BILL" as const, "USER" as const),
  entity_id: fc.constantFrom("1", "a/b", "ü#"),
  actor_user_id: fc.option(fc.constantFrom("usr_1", "usr_2")),
  occurred_at: time,
});

const queryArbitrary = fc
  .record({
    entity_type: some("INVOICE", "BILL"),
    entity_id: some("1", "a/b", "ü#"),
    actor_user_id: some("usr_1", "usr_2"),
    action: some(...action),
    // Followed by the link of the header, or by the cursor of the body.
    include: some("cursor", "actor,cursor"),
    since: fc.option(time, { nil: undefined }),
    until: fc.option(time, { nil: undefined }),
    limit: fc.integer({ min: 2, max: 6 }),
  })
  // A range that ends before it begins is refused.
  .map((query) => (isReversed(query) ? { ...query, since: query.until, until: query.since } : query));

function isReversed({ since, until }: Pick<Query, "since" | "until">): boolean {
  return since !== undefined && until !== undefined && Date.parse(since) > lastOf(until);
}

/** The last moment that a bound names: without a fraction it is the whole second. */
function lastOf(time: string): number {
  return Date.parse(time) + (time.includes(".") ? 0 : 999);
}

let runs = 0;

it("GET /activity returns what filtering and sorting all events returns, to the last page", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(eventArbitrary, { minLength: 1, maxLength: 25 }),
      fc.array(queryArbitrary, { minLength: 5, maxLength: 5 }),
      async (drafts, queries) => {
        runs += 1;
        const { org_id, headers } = await stack.tenant();
        const events = drafts.map((draft, at) => ({
          ...draft,
          org_id,
          event_id: `evt_${String(runs).padStart(16, "0")}${String((at * 7919) % 1000).padStart(16, "0")}`,
        })) satisfies EventInput[];
        await stack.append(events);
        for (const query of queries) {
          const wanted = expected(events, query);
          expect(await readToEnd(query, headers)).toEqual(wanted);
          for (const { event_id = "" } of events.slice(0, 3)) {
            expect(await readOne(event_id, query, headers)).toEqual(wanted.filter((id) => id === event_id));
          }
        }
      },
    ),
    { numRuns: 12, endOnFailure: false },
  );
});

type Filter = "entity_type" | "entity_id" | "actor_user_id" | "action" | "since" | "until";

type Query = { [field in Filter | "include"]?: string | undefined } & { limit: number };

function pathOf(query: { readonly [name: string]: string | number | undefined }): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return `/api/public/v1/activity?${parameters}`;
}

/** Asks for one event, within the day that all of them are of where the query has no bounds. */
async function readOne(event_id: string, query: Query, headers: Record<string, string>): Promise<string[]> {
  const day = { since: "2026-05-11T00:00:00Z", until: "2026-05-11T23:59:59Z" };
  const asked = { ...query, since: query.since ?? day.since, until: query.until ?? day.until };
  const { activity, page_context } = page.parse(
    await (await stack.get(pathOf({ ...asked, event_id }), headers)).json(),
  );
  expect(page_context).toMatchObject({ returned: activity.length, has_more_page: false });
  return activity.map((event) => event.event_id);
}

async function readToEnd(query: Query, headers: Record<string, string>): Promise<string[]> {
  const seen: string[] = [];
  let path = pathOf(query);
  for (;;) {
    const response = await stack.get(path, headers);
    const { activity, page_context } = page.parse(await response.json());
    expect(activity.length).toBe(page_context.returned);
    seen.push(...activity.map(({ event_id }) => event_id));
    const next = /<([^>]+)>/.exec(response.headers.get("link") ?? "")?.[1];
    expect(next !== undefined).toBe(page_context.has_more_page);
    const { next_cursor } = page_context;
    expect(next_cursor === undefined).toBe(query.include === undefined);
    expect(typeof next_cursor === "string").toBe(next !== undefined && query.include !== undefined);
    if (next === undefined) return seen;
    path = typeof next_cursor === "string" ? pathOf({ ...query, cursor: next_cursor }) : next.slice(stack.api.length);
  }
}

function expected(events: readonly EventInput[], query: Query): string[] {
  const at = (text: string) => Date.parse(text);
  const key = (event: EventInput) => `${new Date(event.occurred_at).toISOString()}${event.event_id}`;
  return events
    .filter(({ entity_type }) => entity_type !== "USER")
    .filter(({ entity_type }) => query.entity_type === undefined || entity_type === query.entity_type)
    .filter(({ entity_id }) => query.entity_id === undefined || entity_id === query.entity_id)
    .filter(({ actor_user_id }) => query.actor_user_id === undefined || actor_user_id === query.actor_user_id)
    .filter((event) => query.action === undefined || event.action === query.action)
    .filter(({ occurred_at }) => query.since === undefined || at(occurred_at) >= at(query.since))
    .filter(({ occurred_at }) => query.until === undefined || at(occurred_at) <= lastOf(query.until))
    .sort((left, right) => (key(left) < key(right) ? 1 : -1))
    .map(({ event_id = "" }) => event_id);
}

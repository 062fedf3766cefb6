import { describe, expect, it } from "vitest";
import { toNumericId } from "#shared/api/fakturoid/ids/numeric-id.ts";
import { SubjectLookup, subjectSearchLimit } from "#shared/api/fakturoid/ids/subject-lookup.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventQuery, EventReader } from "#shared/events/query/query.ts";
import { fakturoidDialect } from "#test/support/api/fakturoid-dialect.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryEvents } from "#test/support/memory/events.ts";

const org_id = "org_8f9a1c2d";
const numberOf = (id: string) => String(toNumericId(id).id);

/** An event of a contact's story, so many seconds before the newest. */
function mentioning(contact_id: string | null, age: number, over: Partial<ActivityEvent> = {}): ActivityEvent {
  const occurred_at = new Date(Date.parse("2026-05-11T08:30:12.000Z") - age * 1_000).toISOString();
  const event_id = `evt_${String(age).padStart(32, "0")}`;
  return anEvent({ org_id, contact_id, occurred_at, event_id, ...over });
}

/** A lookup over some events, and what it read of them. */
function lookupOver(events: readonly ActivityEvent[]) {
  const clock = { now: testNow };
  const log = memoryEvents(events);
  const queries: EventQuery[] = [];
  const reader: EventReader = {
    readPage: (query) => {
      queries.push(query);
      return log.readPage(query);
    },
  };
  const lookup = new SubjectLookup(() => clock.now);
  const find = (subjectId: string, since: string | null = null, org = org_id) =>
    lookup.find(reader, { org_id: org, subjectId, since });
  return { find, queries, clock };
}

describe("SubjectLookup", () => {
  it.each(["con_acme", "16", "0", "4503599627370495", "007", "", "9007199254740993", "a b"])(
    "returns %j without a read when it is not a derived number",
    async (id) => {
      const { find, queries } = lookupOver([mentioning(id, 0)]);
      expect([await find(id), queries]).toEqual([id, []]);
    },
  );

  it("returns the id from which a number is derived", async () => {
    const { find } = lookupOver([mentioning("con_b", 1), mentioning(null, 2), mentioning("con_acme", 700)]);
    expect(await find(numberOf("con_acme"))).toBe("con_acme");
    expect(await find(numberOf("con_b"))).toBe("con_b");
  });

  it("finds a whole number above 2^52 by itself and by its derived number", async () => {
    const large = "4503599627370496";
    const { find } = lookupOver([mentioning(large, 1)]);
    expect(await find(large)).toBe(large);
    expect(await find(numberOf(large))).toBe(large);
  });

  it("caches a result for an hour per organisation", async () => {
    const { find, queries, clock } = lookupOver([mentioning("con_acme", 1)]);
    await find(numberOf("con_acme"));
    const first = queries.length;
    await find(numberOf("con_acme"));
    expect(queries).toHaveLength(first);
    expect(await find(numberOf("con_acme"), null, "org_other")).toBe(numberOf("con_acme"));
    clock.now = new Date(testNow.getTime() + 3_600_001);
    const known = queries.length;
    expect(await find(numberOf("con_acme"))).toBe("con_acme");
    expect(queries.length).toBeGreaterThan(known);
  });

  it("returns the number and caches nothing when no event since then has it", async () => {
    const events = [mentioning("con_b", 0), mentioning("con_acme", 60)];
    const { find } = lookupOver(events);
    expect(await find(numberOf("con_acme"), "2026-05-11T08:30:00.000Z")).toBe(numberOf("con_acme"));
    expect(await find(numberOf("con_new"))).toBe(numberOf("con_new"));
    events.push(mentioning("con_new", 5));
    expect(await find(numberOf("con_new"))).toBe("con_new");
  });

  const busy = Array.from({ length: subjectSearchLimit }, (_, age) => mentioning("con_b", age));

  it("finds a contact older than the newest events by the events of contacts", async () => {
    const contact = { entity_type: "CONTACT", entity_id: "con_old" } as const;
    const { find } = lookupOver([...busy, mentioning("con_old", 20_000, contact)]);
    expect(await find(numberOf("con_old"))).toBe("con_old");
  });

  it("throws too_broad with the remedy when the searched events lack the number", async () => {
    const { find, queries } = lookupOver([...busy, mentioning("con_old", 20_000)]);
    const { code, context, message } = await catchRejection(find(numberOf("con_old")));
    expect([code, context.field, message]).toEqual(["too_broad", "subject_id", expect.stringContaining("custom_id")]);
    expect(queries.length).toBeLessThanOrEqual(2 + subjectSearchLimit / 500);
    expect(await find("con_old")).toBe("con_old");
  });
});

describe("GET events.json with subject_id", () => {
  const list = "/api/v3/accounts/acme-traders/events.json";
  const page = { events: [anEvent({ contact_id: "con_acme" })], next: null };

  it.each(["con_acme", numberOf("con_acme")])("%s lists the events of the contact by its index", async (subjectId) => {
    const { ask, read } = fakturoidDialect({ page });
    const { status } = await ask(`${list}?subject_id=${subjectId}`);
    expect([status, read.mock.calls.at(-1)?.[0]]).toMatchObject([200, { contact_id: "con_acme", limit: 40 }]);
  });

  it("returns 400 when the search does not find the number", async () => {
    const event = anEvent({ contact_id: "con_b" });
    const { ask } = fakturoidDialect({ page: { events: [event], next: event } });
    const { status, body } = await ask(`${list}?subject_id=${numberOf("con_b2")}`);
    expect([status, JSON.parse(body).error]).toEqual([400, "invalid_request"]);
  });
});

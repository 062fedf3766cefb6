import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FilterCondition,
  type FilterOperator,
  parseActivityFilter,
} from "#shared/api/simplybooks/filter/conditions.ts";
import { type ActivityContext, activityFields, toActivity } from "#shared/api/simplybooks/mapping.ts";
import { toListQuery } from "#shared/api/simplybooks/query.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { anEvent, anOrg, testNow } from "#test/support/builders.ts";
import { storedEventArbitrary, zones } from "#test/support/events/event-arbitraries.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";

const { org_id } = anOrg();

const settingIn = (time_zone: string): ActivityContext => ({
  org: anOrg({ time_zone }),
  origin: "https://api.example.com",
});

/** The events that a filter finds, through the index that it chooses. */
async function found(
  log: readonly ActivityEvent[],
  conditions: readonly FilterCondition[],
  setting = settingIn("UTC"),
) {
  const request = { skip: 0, take: 100, fields: activityFields, conditions, search: "" };
  const ports = { events: memoryEvents(log), checkpoints: memoryPageCheckpoints(), now: () => testNow };
  const { events } = await readOffsetPage(ports, toListQuery(org_id, request, setting), request);
  return events;
}

const operators: readonly FilterOperator[] = ["eq", "ne", "le", "ge", "lt", "gt", "contains"];
const fields = activityFields.filter((field) => field !== "references");

/** A condition about what one of the activities shows. */
const conditionArbitrary = fc.record({
  field: fc.constantFrom(...fields),
  operator: fc.oneof(fc.constant("eq" as const), fc.constantFrom(...operators)),
  of: fc.nat(),
});

it("toListQuery with two conditions returns the intersection, whichever one an index fulfils", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(storedEventArbitrary, { minLength: 1, maxLength: 15, selector: ({ event_id }) => event_id }),
      fc.tuple(conditionArbitrary, conditionArbitrary),
      fc.constantFrom(...zones),
      async (log, wanted, zone) => {
        const setting = settingIn(zone);
        const conditions = wanted.map(({ field, operator, of }) => {
          const event = log[of % log.length];
          const value = event === undefined ? "" : (toActivity(event, setting)[field] ?? "");
          return { field, operator, value };
        });
        const [first, second] = await Promise.all(conditions.map((one) => found(log, [one], setting)));
        const expected = first?.filter((event) => second?.includes(event));
        expect(await found(log, conditions, setting)).toEqual(expected);
        expect(await found(log, conditions.toReversed(), setting)).toEqual(expected);
      },
    ),
  );
});

it("toListQuery (property) finds each event by its shown values in every syntax", async () => {
  const isWritten = (text: string) => text !== "" && !text.includes(",") && text === text.trim();
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(storedEventArbitrary, { minLength: 1, maxLength: 10, selector: ({ event_id }) => event_id }),
      fc.constantFrom(...fields),
      fc.constantFrom(...zones),
      async (log, field, zone) => {
        const setting = settingIn(zone);
        for (const event of log) {
          const value = toActivity(event, setting)[field] ?? "";
          if (!isWritten(value)) continue;
          for (const spelling of [`${field}=${value}`, `${field}__eq__${value}`, `${field}=~${value}`]) {
            if (spelling.length > 2_000) continue;
            expect(await found(log, parseActivityFilter(spelling), setting), spelling).toContain(event);
          }
        }
      },
    ),
  );
});

it.each(["0001-01-01T00:30:00.000Z", "9999-12-31T23:30:00.000Z"])(
  "toListQuery finds an event at %s, the limit of the log's times, by its shown values",
  async (occurred_at) => {
    const log = [anEvent({ occurred_at })];
    for (const zone of zones) {
      const setting = settingIn(zone);
      for (const { date } of log.map((event) => toActivity(event, setting))) {
        expect(date).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
        for (const filter of [`date=${date}`, `date=${date.slice(0, 10)}`, `date<=${date}`, `date>=${date}`]) {
          expect(await found(log, parseActivityFilter(filter), setting), `${zone} ${filter}`).toEqual(log);
        }
      }
    }
  },
);

describe("filter by date in an hour that clocks show twice", () => {
  const setting = settingIn("Europe/Brussels");
  /** 02:15, 02:30 and 02:45 of summer time, then the same of winter time. */
  const log = ["00:15", "00:30", "00:45", "01:15", "01:30", "01:45"].map((time, at) =>
    anEvent({ occurred_at: `2026-10-25T${time}:00.000Z`, event_id: `evt_${`${at}`.repeat(32)}` }),
  );

  it.each([
    ["=", ["01:30", "00:30"]],
    ["!=", ["01:45", "01:15", "00:45", "00:15"]],
    [">", ["01:45", "00:45"]],
    [">=", ["01:45", "01:30", "00:45", "00:30"]],
    ["<", ["01:15", "00:15"]],
    ["<=", ["01:30", "01:15", "00:30", "00:15"]],
  ])("date%s2026-10-25 02:30:00 finds %j", async (sign, times) => {
    const shown = await found(log, parseActivityFilter(`date${sign}2026-10-25 02:30:00`), setting);
    expect(shown.map(({ occurred_at }) => occurred_at.slice(11, 16))).toEqual(times);
  });
});

describe("filter by ids that are equal as numbers", () => {
  const customers = ["7", "007"].map((contact_id, at) =>
    anEvent({ contact_id, event_id: `evt_${`${at}`.repeat(32)}` }),
  );

  it.each(["7", "007"])("client_id=%s finds one customer, with any other condition", async (id) => {
    const alone = await found(customers, parseActivityFilter(`client_id=${id}`));
    expect(alone.map(({ contact_id }) => contact_id)).toEqual([id]);
    expect(await found(customers, parseActivityFilter(`client_id=${id},invoice_id=inv_8c3f1a9b`))).toEqual(alone);
    expect(await found(customers, parseActivityFilter(`client_id=${id},client_id!=0`))).toEqual(alone);
  });
});

describe("filter by activity_id", () => {
  it("with > reads only later seconds", () => {
    const setting = settingIn("UTC");
    const { activity_id } = toActivity(anEvent(), setting);
    const bounds = (filter: string) => {
      const request = {
        skip: 0,
        take: 100,
        fields: activityFields,
        conditions: parseActivityFilter(filter),
        search: "",
      };
      return toListQuery(org_id, request, setting).queries.map(({ since, until }) => [since, until]);
    };
    expect(bounds(`activity_id>=${activity_id}`)).toEqual([["2026-05-11T08:30:12.000Z", null]]);
    expect(bounds(`activity_id>${activity_id}`)).toEqual([["2026-05-11T08:30:12.000Z", null]]);
    expect(bounds(`activity_id<=${activity_id}`)).toEqual([[null, "2026-05-11T08:30:12.999Z"]]);
    expect(bounds(`activity_id<${activity_id}`)).toEqual([[null, "2026-05-11T08:30:12.999Z"]]);
  });
});

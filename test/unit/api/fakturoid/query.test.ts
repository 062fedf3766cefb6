import { describe, expect, it } from "vitest";
import { visibleEntityTypes } from "#shared/api/fakturoid/mapping.ts";
import { parseListRequest } from "#shared/api/fakturoid/operations/handle-event-list.ts";
import { type EventListRequest, toListQuery } from "#shared/api/fakturoid/query.ts";
import { eventProjection } from "#shared/api/fakturoid/render.ts";
import { planQuery } from "#shared/events/query/query.ts";
import { ZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { aFilter } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const read = (query: string, zone = "UTC") => parseListRequest(new URLSearchParams(query), new ZoneClock(zone));

function expectInvalid(query: string, field: string) {
  const error = catchError(() => read(query));
  expect([error.code, error.context.field]).toEqual(["invalid_value", field]);
  expect(error.message.length).toBeLessThan(200);
}

it("parseListRequest returns the first page without filters when no parameter is set", () => {
  expect(read("")).toEqual({ page: 1, since: null, subjectId: null });
});

it("parseListRequest parses each parameter and ignores unknown ones, also repeated ones", () => {
  const query = "page=3&since=2023-08-25&subject_id=16&utm=1&utm=2&__proto__=1&limit=7";
  expect(read(query)).toEqual({ page: 3, since: "2023-08-25T00:00:00.000Z", subjectId: "16" });
});

it.each([
  ["page", "1"],
  ["since", "2023-08-25"],
  ["subject_id", "16"],
])("parseListRequest throws when %s is repeated, even with one value", (name, value) => {
  expectInvalid(`${name}=${value}&${name}=${value}`, name);
});

describe("parseListRequest, page", () => {
  it.each([1, 2, 40, 1_000, 999_999])("accepts %i", (page) => expect(read(`page=${page}`).page).toBe(page));

  it.each([
    "0",
    "-1",
    "1.5",
    "1.0",
    "x",
    "2x",
    "",
    "1e2",
    "+1",
    "%2B1",
    "%201",
    "1%20",
    "01",
    "0x1",
    "NaN",
    "Infinity",
    "٣",
    "9007199254740993",
    "9".repeat(400),
  ])("refuses %s", (page) => expectInvalid(`page=${page}`, "page"));
});

describe("parseListRequest, since", () => {
  it.each([
    ["2023-08-25", "2023-08-25T00:00:00.000Z"],
    ["2023-08-25T10:55:14", "2023-08-25T10:55:14.000Z"],
    ["2023-08-25T10:55", "2023-08-25T10:55:00.000Z"],
    ["2023-08-25 10:55:14", "2023-08-25T10:55:14.000Z"],
    ["2023-08-25T10:55:14Z", "2023-08-25T10:55:14.000Z"],
    ["2023-08-25T10:55:14.5Z", "2023-08-25T10:55:14.500Z"],
    ["2023-08-25T10:55:14%2B02:00", "2023-08-25T08:55:14.000Z"],
    ["2023-08-25T10:55:14+02:00", "2023-08-25T08:55:14.000Z"],
    ["2023-08-25T10:55:14+0200", "2023-08-25T08:55:14.000Z"],
    ["2023-08-25T10:55:14.123456+02:00", "2023-08-25T08:55:14.123Z"],
    ["2023-08-25T10:55:14-03:30", "2023-08-25T14:25:14.000Z"],
    ["2023-08-25T10:55:14.123456Z", "2023-08-25T10:55:14.123Z"],
    ["2023-08-25T10:55:14.1230000Z", "2023-08-25T10:55:14.123Z"],
    ["2023-08-25T10:55:14.1234567", "2023-08-25T10:55:14.123Z"],
    ["2023-12-31T23:59:59.9999999%2B00:00", "2023-12-31T23:59:59.999Z"],
    ["2023-08-25T24:00:00Z", "2023-08-26T00:00:00.000Z"],
  ])("%s becomes %s", (text, since) => expect(read(`since=${text}`).since).toBe(since));

  it.each([
    ["Asia/Kolkata", "2026-03-04", "2026-03-03T18:30:00.000Z"],
    ["Asia/Kolkata", "2026-03-04T01:59:00", "2026-03-03T20:29:00.000Z"],
    ["Asia/Kolkata", "2026-03-04T01:59:00Z", "2026-03-04T01:59:00.000Z"],
    ["America/New_York", "2026-07-01T12:00", "2026-07-01T16:00:00.000Z"],
    // The days around the nights when clocks are changed.
    ["Europe/Prague", "2026-03-28T12:00", "2026-03-28T11:00:00.000Z"],
    ["Europe/Prague", "2026-03-29", "2026-03-28T23:00:00.000Z"],
    ["Europe/Prague", "2026-03-30", "2026-03-29T22:00:00.000Z"],
    ["Europe/Prague", "2026-10-25T12:00", "2026-10-25T11:00:00.000Z"],
    ["Europe/Prague", "2026-10-26", "2026-10-25T23:00:00.000Z"],
    // Clocks show this time twice: the first of them loses nothing.
    ["Europe/Prague", "2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z"],
  ])("uses the account's time zone without an offset: %s, %s becomes %s", (zone, text, since) => {
    expect(read(`since=${text}`, zone).since).toBe(since);
  });

  it.each([
    "",
    "%20",
    "yesterday",
    "2023-02-30",
    "2023-13-01",
    "2023-08-25T24:00:01Z",
    "2023-08-25T10:55:14Z%20",
    "2023-08-25T10:55:14++02:00",
    "2023-08",
    "20230825",
    "1692953714",
    "08/25/2023",
    "2023-08-25T10:55:14Zx",
    "null",
    "9".repeat(400),
  ])("refuses %j", (text) => expectInvalid(`since=${text}`, "since"));
});

describe("toListQuery", () => {
  const asked: EventListRequest = { page: 2, since: "2023-08-25T00:00:00.000Z", subjectId: null };
  const queriesOf = (kind: "events" | "paid", over: Partial<EventListRequest> = {}) =>
    toListQuery("org_a", kind, { ...asked, ...over }).queries;

  it("selects the visible entity types, the projection and the events since the time", () => {
    const everything = aFilter({ visibleEntityTypes, since: asked.since });
    expect(queriesOf("events")).toEqual([{ ...everything, org_id: "org_a", projection: eventProjection }]);
    expect(queriesOf("paid")).toEqual([
      { ...everything, payment_status: "paid", org_id: "org_a", projection: eventProjection },
    ]);
  });

  it.each([
    ["events", null, "by_time", []],
    ["paid", null, "paid", []],
    ["events", "16", "by_contact", []],
    ["paid", "16", "by_contact", [{ attribute: "payment_status", value: "paid" }]],
  ] as const)("%s of subject %s uses one index", (kind, subjectId, index, conditions) => {
    expect(queriesOf(kind, { subjectId }).map(planQuery)).toEqual([{ index, conditions }]);
  });

  it.each(["con_acme", "a b", "счёт", "🧾", "16#17", "x".repeat(256)])("selects the subject %j", (subjectId) => {
    expect(queriesOf("events", { subjectId }).map(({ contact_id }) => contact_id)).toEqual([subjectId]);
  });

  it.each(["", "x".repeat(257), "9".repeat(10_000), "a\u0000", "a\nb", "\u007f", "\ud800"])(
    "returns no query when no subject can have the id: %j",
    (subjectId) => {
      expect(queriesOf("events", { subjectId })).toEqual([]);
      expect(queriesOf("paid", { subjectId })).toEqual([]);
    },
  );

  it("parseListRequest throws when the subject is empty", () => {
    for (const name of ["subject_id", "page", "since"]) expectInvalid(`${name}=`, name);
  });

  it("parseListRequest accepts any other subject in a URL", () => {
    for (const id of ["%00", "a%0Ab", "%FF", "x".repeat(5_000)]) {
      expect(() => read(`subject_id=${id}`)).not.toThrow();
    }
  });
});

describe("toListQuery name", () => {
  const nameOf = (kind: "events" | "paid", over: Partial<EventListRequest> = {}) =>
    toListQuery("org_a", kind, { page: 1, since: null, subjectId: null, ...over }).listKey;

  it("is the same for every page of a list, and differs between lists", () => {
    expect(nameOf("events", { page: 7 })).toBe(nameOf("events"));
    const since = "2023-08-25T00:00:00.000Z";
    const names = (["events", "paid"] as const).flatMap((kind) => [
      nameOf(kind),
      nameOf(kind, { since }),
      nameOf(kind, { subjectId: "" }),
      nameOf(kind, { subjectId: since }),
      nameOf(kind, { subjectId: "null" }),
      nameOf(kind, { subjectId: '","' }),
      nameOf(kind, { since, subjectId: "16" }),
    ]);
    expect(new Set(names).size).toBe(14);
  });

  it("fits into a key for any parameters", () => {
    expect(nameOf("events", { subjectId: "#".repeat(10_000) })).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});

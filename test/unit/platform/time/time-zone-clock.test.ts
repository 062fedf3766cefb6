import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatOffset, getZoneClock, ZoneClock } from "#shared/platform/time/time-zone-clock.ts";

describe("ZoneClock", () => {
  it.each([
    ["UTC", "2026-05-11T08:30:12.345Z", "2026-05-11T08:30:12.345", 0],
    ["Europe/Brussels", "2026-01-31T23:30:00.000Z", "2026-02-01T00:30:00.000", 60],
    ["Europe/Brussels", "2026-03-29T00:59:59.999Z", "2026-03-29T01:59:59.999", 60],
    ["Europe/Brussels", "2026-03-29T01:00:00.000Z", "2026-03-29T03:00:00.000", 120],
    ["Europe/Brussels", "2026-10-25T00:59:59.999Z", "2026-10-25T02:59:59.999", 120],
    ["Europe/Brussels", "2026-10-25T01:00:00.000Z", "2026-10-25T02:00:00.000", 60],
    ["Asia/Kolkata", "2026-05-11T18:29:59.999Z", "2026-05-11T23:59:59.999", 330],
    ["Asia/Kolkata", "2026-05-11T18:30:00.000Z", "2026-05-12T00:00:00.000", 330],
    ["America/St_Johns", "2026-01-01T03:29:59.000Z", "2025-12-31T23:59:59.000", -210],
    ["America/St_Johns", "2026-07-01T02:30:00.000Z", "2026-07-01T00:00:00.000", -150],
    ["Australia/Lord_Howe", "2026-04-04T14:59:59.999Z", "2026-04-05T01:59:59.999", 660],
    ["Australia/Lord_Howe", "2026-04-04T15:00:00.000Z", "2026-04-05T01:30:00.000", 630],
    ["Pacific/Apia", "2011-12-30T09:59:59.999Z", "2011-12-29T23:59:59.999", -600],
    ["Pacific/Apia", "2011-12-30T10:00:00.000Z", "2011-12-31T00:00:00.000", 840],
    ["UTC", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000", 0],
    ["Europe/Brussels", "0001-01-01T00:00:00.000Z", "0001-01-01T00:17:00.000", 17],
    ["Asia/Kolkata", "0001-01-01T00:00:00.000Z", "0001-01-01T05:53:00.000", 353],
    ["America/New_York", "9999-12-31T23:59:59.999Z", "9999-12-31T18:59:59.999", -300],
  ])("in %s at %s shows %s", (zone, time, text, offset) => {
    expect(new ZoneClock(zone).local(Date.parse(time))).toEqual({ text, offset });
  });

  it("returns the offsets before and after a clock change in any order of calls", () => {
    const [before, after] = [Date.parse("2026-03-29T00:59:59.999Z"), Date.parse("2026-03-29T01:00:00.000Z")];
    for (const order of [
      [before, after],
      [after, before],
    ]) {
      const clock = new ZoneClock("Europe/Brussels");
      const offsets = new Map(order.map((instant) => [instant, clock.offsetAt(instant)]));
      expect([offsets.get(before), offsets.get(after)]).toEqual([60, 120]);
    }
  });

  it("returns correct offsets for more days than it caches", () => {
    const clock = new ZoneClock("Europe/Brussels");
    const summer = Date.parse("2026-07-01T12:00:00Z");
    expect(clock.offsetAt(summer)).toBe(120);
    for (let day = 0; day < 4_100; day++) clock.offsetAt(Date.parse("2000-01-01T12:00:00Z") + day * 86_400_000);
    expect(clock.offsetAt(summer)).toBe(120);
    expect(clock.offsetAt(Date.parse("2026-12-01T12:00:00Z"))).toBe(60);
  });

  it("throws for an unknown zone", () => {
    expect(() => new ZoneClock("Europe/Atlantis")).toThrow(RangeError);
  });
});

const zones = ["UTC", "Europe/Brussels", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"];

const formats = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
    }),
  ]),
);

/** Formats an instant with the system's calendar, part by part and without an offset. */
function shownBySystem(zone: string, instant: number): string {
  const parts = new Map(
    formats
      .get(zone)
      ?.formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  const day = `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
  return `${day}T${part("hour")}:${part("minute")}:${part("second")}.${part("fractionalSecond")}`;
}

const changes = ["2011-12-30T10:00:00Z", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-03-08T05:30:00Z"];
const anyInstant = fc.oneof(
  // Since 1946 the offsets of all these zones are whole minutes.
  fc.integer({ min: Date.parse("1946-01-01T00:00:00Z"), max: Date.parse("9999-12-30T00:00:00Z") }),
  fc.integer({ min: Date.parse("1990-01-01T00:00:00Z"), max: Date.parse("2040-01-01T00:00:00Z") }),
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * 86_400_000, max: 2 * 86_400_000 }))
    .map(([time, ms]) => Date.parse(time) + ms),
);

it.each(zones)("ZoneClock agrees with the system's calendar in %s", (zone) => {
  const clock = new ZoneClock(zone);
  fc.assert(
    fc.property(anyInstant, (instant) => {
      expect(clock.local(instant).text).toBe(shownBySystem(zone, instant));
    }),
    { numRuns: 1_000 },
  );
});

it("getZoneClock returns the same clock for the same zone", () => {
  expect(getZoneClock("Europe/Brussels")).toBe(getZoneClock("Europe/Brussels"));
  expect(getZoneClock("Europe/Brussels")).not.toBe(getZoneClock("Asia/Kolkata"));
  expect(getZoneClock("Asia/Kolkata").offsetAt(0)).toBe(330);
});

describe("formatOffset", () => {
  it.each([
    [0, "+00:00"],
    [1, "+00:01"],
    [60, "+01:00"],
    [330, "+05:30"],
    [840, "+14:00"],
    [-1, "-00:01"],
    [-30, "-00:30"],
    [-60, "-01:00"],
    [-210, "-03:30"],
    [-600, "-10:00"],
  ])("of %i minutes is %s", (minutes, text) => expect(formatOffset(minutes)).toBe(text));
});

it.each([
  ["9999-12-31T23:59:59.999Z", "Asia/Kolkata"],
  ["0001-01-01T00:00:00.000Z", "America/New_York"],
])("shows %s in UTC in %s, where local time would leave four digits", (moment, zone) => {
  const { text, offset } = getZoneClock(zone).local(Date.parse(moment));
  expect([`${text}Z`, offset]).toEqual([moment, 0]);
});

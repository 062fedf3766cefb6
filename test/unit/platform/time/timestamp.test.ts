import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTimestamp, parseTimestamp } from "#shared/platform/time/timestamp.ts";

describe("parseTimestamp", () => {
  it.each([
    ["2026-05-11", "2026-05-11T00:00:00.000Z"],
    ["2026-05-11T08:30", "2026-05-11T08:30:00.000Z"],
    ["2026-05-11T08:30:12", "2026-05-11T08:30:12.000Z"],
    ["2026-05-11 08:30:12Z", "2026-05-11T08:30:12.000Z"],
    ["2026-05-11t08:30:12z", "2026-05-11T08:30:12.000Z"],
    ["2026-05-11T08:30:12.5Z", "2026-05-11T08:30:12.500Z"],
    ["2026-05-11T08:30:12,5Z", "2026-05-11T08:30:12.500Z"],
    ["2026-05-11T08:30:12+05:30", "2026-05-11T03:00:12.000Z"],
    ["2026-05-11T08:30:12+0530", "2026-05-11T03:00:12.000Z"],
    ["2026-05-11T08:30:12+05", "2026-05-11T03:30:12.000Z"],
    ["2026-05-11T08:30:12-08:00", "2026-05-11T16:30:12.000Z"],
    ["2026-05-11T23:59:59-00:01", "2026-05-12T00:00:59.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["0001-01-01", "0001-01-01T00:00:00.000Z"],
    ["0099-12-31T23:59:59Z", "0099-12-31T23:59:59.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    // A leap second (RFC 3339), and the midnight at the end of a day.
    ["2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"],
    ["1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59.999Z"],
    ["2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999Z"],
    ["2026-03-07T24:00:00Z", "2026-03-08T00:00:00.000Z"],
    ["2026-03-07T24:00", "2026-03-08T00:00:00.000Z"],
    ["2026-12-31T24:00:00.000+01:00", "2026-12-31T23:00:00.000Z"],
    // Finer fractions than a millisecond are cut.
    ["2026-05-11T08:30:12.0009Z", "2026-05-11T08:30:12.000Z"],
    ["2026-12-31T23:59:59.9999Z", "2026-12-31T23:59:59.999Z"],
    ["9999-12-31T23:59:59.9991Z", "9999-12-31T23:59:59.999Z"],
  ])("reads %s as %s", (text, time) => expect(parseTimestamp(text)).toBe(time));

  it("accepts a space before the offset as the decoded plus of a URL", () => {
    expect(parseTimestamp("2026-05-11T08:30:12 05:30")).toBe("2026-05-11T03:00:12.000Z");
  });
});

describe("parseTimestamp, for other texts", () => {
  it.each([
    "",
    " ",
    "yesterday",
    "1778488212",
    "2026",
    "2026-05",
    "2026-5-1",
    "20260511T083012Z",
    "2026-02-30",
    "2025-02-29",
    "2026-04-31T00:00:00Z",
    "2026-00-10",
    "2026-13-01",
    "2026-01-00",
    "2026-05-11T24:00:01Z",
    "2026-05-11T24:01",
    "2026-05-11T24:00:00.001Z",
    "2026-05-11T24:00:60Z",
    "9999-12-31T24:00:00Z",
    "2026-05-11T25:00:00Z",
    "2026-05-11T08:60:00Z",
    "2026-05-11T08:30:61Z",
    "2026-05-11T08",
    "2026-05-11T08:30:12.Z",
    "2026-05-11T08:30:12.1234567890Z",
    "2026-05-11T08:30:12+24:00",
    "2026-05-11T08:30:12+05:60",
    "2026-05-11T08:30:12+5",
    "2026-05-11T08:30:12 +05:30",
    "2026-05-11Z",
    "2026-05-11T08:30:12Z ",
    " 2026-05-11",
    "2026-05-11\n",
    "+10000-01-01",
    "10000-01-01",
    "-0001-01-01",
    "0000-12-31",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "２０２６-05-11",
    "2026-05-11T08:30:12Ż",
    "9".repeat(400),
  ])("refuses %j", (text) => expect(parseTimestamp(text)).toBeNull());

  it("returns null without an error for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const time = parseTimestamp(text);
        expect(time === null || /^\d{4}-\d\d-\d\dT/.test(time)).toBe(true);
      }),
    );
  });
});

const instant = fc.integer({ min: Date.parse("0001-01-02T00:00:00Z"), max: Date.parse("9999-12-30T00:00:00Z") });
const offset = fc.integer({ min: -23 * 60, max: 23 * 60 });

/** Formats an instant with an offset. */
function shown(at: number, minutes: number): string {
  const wall = new Date(at + minutes * 60_000).toISOString().slice(0, -1);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${wall}${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

it("parseTimestamp returns the same instant for any offset", () => {
  fc.assert(
    fc.property(instant, offset, (at, minutes) => {
      expect(parseTimestamp(shown(at, minutes))).toBe(new Date(at).toISOString());
    }),
  );
});

it("parseTimestamp returns texts that sort like their instants", () => {
  fc.assert(
    fc.property(instant, offset, instant, offset, (left, leftZone, right, rightZone) => {
      const texts = [parseTimestamp(shown(left, leftZone)) ?? "", parseTimestamp(shown(right, rightZone)) ?? ""];
      const [first = "", second = ""] = texts;
      expect(Math.sign(left - right)).toBe(first < second ? -1 : first > second ? 1 : 0);
    }),
  );
});

it("isTimestamp accepts exactly the texts that parseTimestamp returns unchanged", () => {
  const two = fc.integer({ min: 0, max: 99 }).map((value) => String(value).padStart(2, "0"));
  const near = fc.tuple(two, two, two, two, two, two, two).map(([century, year, month, day, hour, minute, second]) => {
    return `${century}${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  });
  const valid = fc.date({ noInvalidDate: true, min: new Date(-62_135_596_800_000) }).map((date) => date.toISOString());
  const days = fc
    .tuple(fc.integer({ min: 1890, max: 2110 }), fc.integer({ min: 1, max: 12 }), two)
    .map(([year, month, day]) => `${year}-${String(month).padStart(2, "0")}-${day}T23:59:59.999Z`);
  const changed = fc
    .tuple(valid, fc.nat(23), fc.string({ minLength: 1, maxLength: 1 }))
    .map(([text, at, by]) => text.slice(0, at) + by + text.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(near, valid, days, changed, fc.string()), (text) => {
      expect(isTimestamp(text)).toBe(parseTimestamp(text) === text);
    }),
    { numRuns: 20_000 },
  );
});

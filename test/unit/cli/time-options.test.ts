import { describe, expect, it } from "vitest";
import { CliError } from "#clients/cli/command-result.ts";
import { parseDuration, parseExpiry, parseTimeRangeOptions, shiftTime } from "#clients/cli/time-options.ts";
import { testNow } from "#test/support/builders.ts";

it.each([
  ["90d", 7_776_000_000, 0],
  ["24h", 86_400_000, 0],
  ["30m", 1_800_000, 0],
  ["0h", 0, 0],
  ["1y", 0, 1],
])("parses %s", (text, ms, years) => {
  expect(parseDuration(text)).toEqual({ ms, years });
});

it.each(["", "d", "24", "1.5h", "-1h", "24H", "100000d", "24h ", "2w", "7days"])("rejects %j as a duration", (text) => {
  expect(parseDuration(text)).toBeNull();
});

it.each([
  ["7d", testNow, "2026-05-25T12:00:30.000Z", "2026-06-08T12:00:30.000Z"],
  ["1y", testNow, "2025-06-01T12:00:30.000Z", "2027-06-01T12:00:30.000Z"],
  // A year of the calendar, whether it has 365 days or 366.
  ["1y", new Date("2025-03-01T00:00:00Z"), "2024-03-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"],
  ["4y", new Date("2028-02-29T00:00:00Z"), "2024-02-29T00:00:00.000Z", "2032-02-29T00:00:00.000Z"],
  ["1y", new Date("2028-02-29T00:00:00Z"), "2027-03-01T00:00:00.000Z", "2029-03-01T00:00:00.000Z"],
  ["9000y", testNow, null, null],
])("%s before %s is %s, and after it %s", (text, now, before, after) => {
  const duration = parseDuration(text) ?? { ms: Number.NaN, years: 0 };
  expect([shiftTime(now, duration, -1), shiftTime(now, duration, 1)]).toEqual([before, after]);
});

const now = new Date("2026-05-11T12:00:00Z");

it("parses relative times and dates", () => {
  expect(parseExpiry("90d", now)).toBe("2026-08-09T12:00:00.000Z");
  expect(parseExpiry("12h", now)).toBe("2026-05-12T00:00:00.000Z");
  expect(parseExpiry("1y", now)).toBe("2027-05-11T12:00:00.000Z");
  expect(parseExpiry("2027-01-01", now)).toBe("2027-01-01T00:00:00.000Z");
});

it.each(["", "0d", "-1d", "90", "1.5d", "999999d", "9999y", "2026-05-11", "2026-02-30", "soon"])(
  "rejects %j",
  (text) => {
    expect(() => parseExpiry(text, now)).toThrow(/^--expires must be a duration/);
  },
);

const read = (since?: string, until?: string) => parseTimeRangeOptions((option) => ({ since, until })[option], testNow);

describe("time bounds", () => {
  it.each([
    [undefined, undefined, null, null],
    ["24h", undefined, "2026-05-31T12:00:30.000Z", null],
    ["1y", "7d", "2025-06-01T12:00:30.000Z", "2026-05-25T12:00:30.000Z"],
    ["2026-03-03", "2026-03-03", "2026-03-03T00:00:00.000Z", "2026-03-03T23:59:59.999Z"],
    // The end of today is still to come.
    ["1h", "2026-06-01", "2026-06-01T11:00:30.000Z", "2026-06-01T23:59:59.999Z"],
    [
      "2026-03-03T10:00:00.123456Z",
      "2026-03-03T12:00:00+01:00",
      "2026-03-03T10:00:00.123Z",
      "2026-03-03T11:00:00.999Z",
    ],
  ])("%s to %s", (since, until, first, last) => {
    expect(read(since, until)).toEqual({ since: first, until: last });
  });

  it.each([
    ["2026-03-04", "2026-03-03", "--since must not be later than --until."],
    ["1h", "2h", "--since must not be later than --until."],
    [
      "7days",
      undefined,
      "--since must be an ISO 8601 date, or date and time, such as 2026-05-11T08:30:12Z, or a duration such as 24h, 7d or 1y, not '7days'.",
    ],
    [
      "1h",
      "20260308T101500Z",
      "--until must be written with separators, such as 2026-05-11T08:30:12Z, or a duration such as 24h, 7d or 1y, not '20260308T101500Z'.",
    ],
    ["9000y", undefined, expect.stringMatching(/^--since must be/)],
  ])("%s to %s is a usage error", (since, until, message) => {
    try {
      expect(read(since, until)).toBeNull();
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      expect([error.message, error.exit]).toEqual([message, 2]);
    }
  });
});

import { expect, it } from "vitest";
import { parseDuration, shiftTime } from "#clients/cli/duration.ts";
import { testNow } from "#test/support/builders.ts";

it.each([
  ["90d", 7_776_000_000, 0],
  ["24h", 86_400_000, 0],
  ["30m", 1_800_000, 0],
  ["0h", 0, 0],
  ["1y", 0, 1],
])("reads %s", (text, ms, years) => {
  expect(parseDuration(text)).toEqual({ ms, years });
});

it.each(["", "d", "24", "1.5h", "-1h", "24H", "100000d", "24h ", "2w", "7days"])("takes %j for no duration", (text) => {
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

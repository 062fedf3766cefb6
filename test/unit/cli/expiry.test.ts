import { expect, it } from "vitest";
import { readExpiry } from "#clients/cli/expiry.ts";

const now = new Date("2026-05-11T12:00:00Z");

it("reads a time from now, and dates", () => {
  expect(readExpiry("90d", now)).toBe("2026-08-09T12:00:00.000Z");
  expect(readExpiry("12h", now)).toBe("2026-05-12T00:00:00.000Z");
  expect(readExpiry("1y", now)).toBe("2027-05-11T12:00:00.000Z");
  expect(readExpiry("2027-01-01", now)).toBe("2027-01-01T00:00:00.000Z");
});

it.each(["", "0d", "-1d", "90", "1.5d", "999999d", "9999y", "2026-05-11", "2026-02-30", "soon"])(
  "refuses %j",
  (text) => {
    expect(() => readExpiry(text, now)).toThrow(/^--expires takes a time/);
  },
);

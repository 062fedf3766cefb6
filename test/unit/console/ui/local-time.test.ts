import { describe, expect, it } from "vitest";
import { fromLocalInput, parseTime, toLocalInput } from "#clients/console/ui/local-time.ts";

describe("parseTime", () => {
  it.each(["", "soon", "+275760-09-13T00:00:00Z", "+010000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z"])(
    "returns null for %j",
    (text) => {
      expect(parseTime(text)).toBeNull();
    },
  );

  it("returns the time of a date, and of a time with an offset", () => {
    expect(parseTime("2026-05-12")).toBe(Date.UTC(2026, 4, 12));
    expect(parseTime("2026-05-12T05:30:00+05:30")).toBe(Date.UTC(2026, 4, 12));
  });
});

describe("toLocalInput", () => {
  it.each(["2026-05-12T08:09:10.000Z", "0001-01-02T00:00:00.000Z", "9999-12-31T00:00:00.000Z"])(
    "has the seconds, and is read back, for %s",
    (time) => {
      const value = toLocalInput(Date.parse(time));
      expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
      expect(fromLocalInput(value)).toBe(time);
    },
  );
});

describe("fromLocalInput", () => {
  it.each(["", "275760-09-13T00:00"])("returns null for %j", (value) => {
    expect(fromLocalInput(value)).toBeNull();
  });
});

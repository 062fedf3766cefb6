import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLocalDate, toUtcBounds } from "#shared/api/simplybooks/filter/local-date.ts";
import { ZoneClock } from "#shared/platform/time/time-zone-clock.ts";

describe("parseLocalDate", () => {
  it.each([
    ["2026-05-31", "2026-05-31 00:00:00", "2026-05-31 23:59:59"],
    ["2026-05-31 18:30", "2026-05-31 18:30:00", "2026-05-31 18:30:59"],
    ["2026-05-31 18:30:07", "2026-05-31 18:30:07", "2026-05-31 18:30:07"],
    ["2026-05-31T18:30:07", "2026-05-31 18:30:07", "2026-05-31 18:30:07"],
    ["2024-02-29", "2024-02-29 00:00:00", "2024-02-29 23:59:59"],
    ["0001-01-01", "0001-01-01 00:00:00", "0001-01-01 23:59:59"],
    ["9999-12-31", "9999-12-31 00:00:00", "9999-12-31 23:59:59"],
    ["2026-05-31 24:00:00", "2026-06-01 00:00:00", "2026-06-01 00:00:00"],
    ["2026-06-30 23:59:60", "2026-06-30 23:59:59", "2026-06-30 23:59:59"],
  ])("of %s returns %s to %s", (text, first, last) => expect(parseLocalDate(text)).toEqual({ first, last }));

  it.each([
    "",
    " ",
    "yesterday",
    "2026",
    "2026-05",
    "2026-5-1",
    "2026-02-29",
    "2026-02-30",
    "2026-13-01",
    "2026-00-01",
    "2026-05-00",
    "0000-12-31",
    "2026-05-31 24:00:01",
    "9999-12-31 24:00",
    "2026-05-31 18:60",
    "2026-05-31 18:30:61",
    "2026-05-31 18",
    "2026-05-31 18:30:07.5",
    "2026-05-31T18:30:07Z",
    "2026-05-31 18:30:07+02:00",
    " 2026-05-31",
    "2026-05-31 ",
    "2026-05-31\n",
    "31-05-2026",
    "+010000-01-01",
    "20260531",
    "٢٠٢٦-٠٥-٣١",
  ])("returns null for %j", (text) => expect(parseLocalDate(text)).toBeNull());
});

describe("toUtcBounds", () => {
  const moments = (zone: string, local: string) => toUtcBounds(local, new ZoneClock(zone));

  it.each([
    ["UTC", "2026-05-31 18:30:07", "2026-05-31T18:30:07.000Z", "2026-05-31T18:30:07.999Z"],
    ["Asia/Kolkata", "2026-05-31 00:00:00", "2026-05-30T18:30:00.000Z", "2026-05-30T18:30:00.999Z"],
    ["America/New_York", "2026-07-01 12:00:00", "2026-07-01T16:00:00.000Z", "2026-07-01T16:00:00.999Z"],
    // Clocks show this second twice.
    ["Europe/Brussels", "2026-10-25 02:30:00", "2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.999Z"],
    ["Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04T14:45:00.000Z", "2026-04-04T15:15:00.999Z"],
    // What the log cannot hold is its end.
    ["Asia/Kolkata", "0001-01-01 00:00:00", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.999Z"],
    ["America/New_York", "9999-12-31 23:59:59", "9999-12-31T23:59:59.000Z", "9999-12-31T23:59:59.999Z"],
  ])("in %s at %s returns %s to %s", (zone, local, earliest, latest) => {
    expect(moments(zone, local)).toEqual({ earliest, latest });
  });

  const nights: Readonly<Record<string, readonly string[]>> = {
    UTC: ["2026-03-29T01:00:00Z"],
    "Asia/Kolkata": ["2026-03-29T01:00:00Z"],
    "Europe/Brussels": ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"],
    "America/New_York": ["2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"],
    "Australia/Lord_Howe": ["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"],
    "Pacific/Apia": ["2011-12-30T10:00:00Z"],
  };
  const aroundNights = fc.constantFrom(...Object.keys(nights)).chain((zone) =>
    fc.record({
      zone: fc.constant(zone),
      night: fc.constantFrom(...(nights[zone] ?? [])),
      ms: fc.integer({ min: -30 * 3_600_000, max: 30 * 3_600_000 }),
    }),
  );

  it("includes every moment at which clocks show the second, also when clocks change", () => {
    fc.assert(
      fc.property(aroundNights, ({ zone, night, ms }) => {
        const instant = Date.parse(night) + ms;
        const clock = new ZoneClock(zone);
        const shown = clock.local(instant).text.slice(0, 19).replace("T", " ");
        const { earliest, latest } = toUtcBounds(shown, clock);
        const time = new Date(instant).toISOString();
        expect(earliest <= time && time <= latest, `${zone} ${time}`).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("bounds all earlier and later local times", () => {
    fc.assert(
      fc.property(
        aroundNights,
        fc.integer({ min: -3 * 3_600_000, max: 3 * 3_600_000 }),
        ({ zone, night, ms }, away) => {
          const clock = new ZoneClock(zone);
          const shownAt = (instant: number) => clock.local(instant).text.slice(0, 19).replace("T", " ");
          const instant = Date.parse(night) + ms;
          const [local, other] = [shownAt(instant), new Date(instant + away).toISOString()];
          const { earliest, latest } = toUtcBounds(local, clock);
          if (other > latest) expect(shownAt(instant + away) > local).toBe(true);
          if (other < earliest) expect(shownAt(instant + away) < local).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("spans only a second on days without a clock change", () => {
    const { earliest, latest } = moments("Europe/Brussels", "2026-06-15 12:00:00");
    expect(Date.parse(latest) - Date.parse(earliest)).toBe(999);
  });
});

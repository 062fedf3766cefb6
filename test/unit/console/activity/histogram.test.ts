import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moveHandle, toStep } from "#clients/console/activity/histogram/brush.ts";
import { createHistogram, findBucket } from "#clients/console/activity/histogram/buckets.ts";
import { getCoveredRange } from "#clients/console/activity/histogram/covered-range.ts";
import { createZonedTime } from "#clients/console/activity/histogram/zoned-time.ts";

const hourMs = 3_600_000;
const prague = createZonedTime("Europe/Prague");
const at = (text: string) => Date.parse(text);
const between = (from: string, to: string) => ({ fromMs: at(from), toMs: at(to) });
const starts = (edges: readonly number[]) => edges.map((edge) => new Date(edge).toISOString());
const lengths = (edges: readonly number[]) =>
  edges.slice(1).map((edge, index) => (edge - (edges[index] ?? 0)) / hourMs);

describe("createHistogram › bars", () => {
  it("counts each event in the bar that has its time, and none outside of the range", () => {
    const times = ["2026-05-11T10:00:00Z", "2026-05-11T10:59:59.999Z", "2026-05-11T11:00:00Z", "2020-01-01"].map(at);
    const { unit, counts } = createHistogram(times, between("2026-05-11T10:00:00Z", "2026-05-12T10:00:00Z"), prague);
    expect(unit).toBe("hour");
    expect(counts.slice(0, 3)).toEqual([2, 1, 0]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(3);
  });

  it("has one bar of a second when the range is a millisecond", () => {
    const fromMs = at("2026-05-11T10:00:00.500Z");
    const { unit, edges, counts } = createHistogram([fromMs], { fromMs, toMs: fromMs + 1 }, prague);
    expect(unit).toBe("second");
    expect(starts(edges)).toEqual(["2026-05-11T10:00:00.000Z", "2026-05-11T10:00:01.000Z"]);
    expect(counts).toEqual([1]);
  });

  it("begins days at midnight of the zone, with 23 and 25 hours when clocks change", () => {
    const days = createHistogram([], between("2026-02-20T12:00:00Z", "2026-04-30T12:00:00Z"), prague);
    expect(days.unit).toBe("day");
    const at29March = days.edges.indexOf(at("2026-03-28T23:00:00Z"));
    expect(lengths(days.edges)[at29March]).toBe(23);
    const autumn = createHistogram([], between("2026-10-01T12:00:00Z", "2026-12-10T12:00:00Z"), prague);
    const at25October = autumn.edges.indexOf(at("2026-10-24T22:00:00Z"));
    expect(lengths(autumn.edges)[at25October]).toBe(25);
  });

  it("keeps bars of an hour an hour long when clocks change", () => {
    const { edges } = createHistogram([], between("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"), prague);
    expect(new Set(lengths(edges))).toEqual(new Set([1]));
  });

  it("begins weeks on Monday, and months and years on their first day", () => {
    const weeks = createHistogram([], between("2026-01-01T12:00:00Z", "2026-12-01T12:00:00Z"), prague);
    expect([weeks.unit, starts(weeks.edges)[0]]).toEqual(["week", "2025-12-28T23:00:00.000Z"]);
    const months = createHistogram([], between("2022-01-20T00:00:00Z", "2026-12-01T00:00:00Z"), prague);
    expect([months.unit, starts(months.edges)[0]]).toEqual(["month", "2021-12-31T23:00:00.000Z"]);
    const years = createHistogram([], between("1990-05-01T00:00:00Z", "2026-12-01T00:00:00Z"), prague);
    expect([years.unit, starts(years.edges)[0]]).toEqual(["year", "1989-12-31T23:00:00.000Z"]);
  });

  it("begins hours where a zone has them whose offset is not whole", () => {
    const { edges } = createHistogram(
      [],
      between("2026-05-11T10:00:00Z", "2026-05-11T20:00:00Z"),
      createZonedTime("Asia/Kolkata"),
    );
    expect(starts(edges)[0]).toBe("2026-05-11T10:00:00.000Z");
    const hours = createHistogram(
      [],
      between("2026-05-11T10:00:00Z", "2026-05-12T20:00:00Z"),
      createZonedTime("Asia/Kolkata"),
    );
    expect(starts(hours.edges)[0]).toBe("2026-05-11T09:30:00.000Z");
  });

  it("covers any range by at most 100 ascending bars that count each event once", () => {
    const zones = ["Europe/Prague", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"];
    const range = fc.tuple(
      fc.integer({ min: at("1995-01-01"), max: at("2035-01-01") }),
      fc.integer({ min: 1, max: 40 * 365 * 24 }).map((hours) => hours * hourMs),
      fc.constantFrom(...zones),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
    );
    fc.assert(
      fc.property(range, ([fromMs, length, zone, places]) => {
        const times = places.map((place) => Math.round(fromMs + place * length));
        const { edges, counts } = createHistogram(times, { fromMs, toMs: fromMs + length }, createZonedTime(zone));
        expect(edges.length).toBeLessThanOrEqual(101);
        expect(edges[0]).toBeLessThanOrEqual(fromMs);
        expect(edges.at(-1)).toBeGreaterThan(fromMs + length);
        expect(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? 0))).toBe(true);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(times.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe("findBucket", () => {
  it("includes the start of a bar and not its end", () => {
    expect([9, 10, 19, 20, 29, 30].map((time) => findBucket([10, 20, 30], time))).toEqual([-1, 0, 0, 1, 1, -1]);
  });
});

describe("getCoveredRange", () => {
  const nowMs = at("2026-12-01T00:00:00Z");
  const read = { newestMs: at("2026-11-30"), oldestMs: at("2026-11-01"), since: undefined, until: undefined, nowMs };

  it("ends at the oldest event that was read while more exist", () => {
    const since = "2026-01-01";
    expect(getCoveredRange({ ...read, since, hasMore: true })).toEqual({ fromMs: at("2026-11-01"), toMs: nowMs });
  });

  it("begins at the bound of the filter when all were read", () => {
    const range = { since: "2026-01-01", until: "2026-11-30" };
    expect(getCoveredRange({ ...read, ...range, hasMore: false })).toEqual({
      fromMs: at("2026-01-01"),
      toMs: at("2026-11-30T23:59:59.999Z"),
    });
  });

  it("ends now when the bound is in the future", () => {
    expect(getCoveredRange({ ...read, until: "2030-01-01", hasMore: false })).toMatchObject({ toMs: nowMs });
  });

  it("is null when nothing is known", () => {
    expect(getCoveredRange({ ...read, newestMs: null, oldestMs: null, hasMore: true })).toBeNull();
  });

  it("has a length when the only event is of now", () => {
    const range = getCoveredRange({ ...read, newestMs: nowMs, oldestMs: nowMs, hasMore: false });
    expect(range).toEqual({ fromMs: nowMs - 1, toMs: nowMs });
  });
});

describe("brush", () => {
  it("keeps one bar and stays within the bars", () => {
    expect(moveHandle(null, "first", 3, 10)).toEqual({ first: 3, end: 10 });
    expect(moveHandle({ first: 3, end: 5 }, "first", 9, 10)).toEqual({ first: 4, end: 5 });
    expect(moveHandle({ first: 3, end: 5 }, "end", -9, 10)).toEqual({ first: 3, end: 4 });
    expect(moveHandle({ first: 3, end: 5 }, "end", 99, 10)).toEqual({ first: 3, end: 10 });
  });

  it("moves by one bar, by ten, or to the ends", () => {
    const keys = ["ArrowLeft", "ArrowUp", "PageUp", "PageDown", "Home", "End", "Tab"];
    expect(keys.map((key) => toStep(key, 40))).toEqual([-1, 1, 10, -10, -40, 40, null]);
  });
});

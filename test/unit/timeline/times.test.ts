import { describe, expect, it } from "vitest";
import { groupByDay } from "#clients/timeline/format/day-groups.ts";
import { createTimeFormat } from "#clients/timeline/format/times.ts";
import { aTimelineEvent } from "./timeline-fixtures.ts";

const now = Date.parse("2026-05-12T20:00:00Z");
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

describe("createTimeFormat", () => {
  const prague = createTimeFormat("en-GB", "Europe/Prague");

  it.each([
    [0, "now"],
    [-5 * minuteMs, "now"],
    [59_000, "now"],
    [minuteMs, "1 minute ago"],
    [59 * minuteMs, "59 minutes ago"],
    [23 * hourMs, "23 hours ago"],
    [25 * hourMs, "21:00"],
  ])("shows what was %i ms ago as %s", (ms, text) => {
    expect(prague.formatRelative(now - ms, now)).toBe(text);
  });

  it("names today and yesterday by the days of the time zone", () => {
    const at = (text: string) => prague.formatDay(Date.parse(text), now);
    expect(at("2026-05-11T22:00:00Z")).toBe("Today");
    expect(at("2026-05-11T21:59:59Z")).toBe("Yesterday");
    expect(at("2026-05-10T10:00:00Z")).toMatch(/^Sunday,? 10 May 2026$/);
    expect(createTimeFormat("cs", "UTC").formatDay(now, now)).toBe("Dnes");
  });

  it("says how long ago an earlier day was", () => {
    expect(prague.formatAge(now - dayMs, now)).toBeNull();
    expect(prague.formatAge(now - 3 * dayMs, now)).toBe("3 days ago");
    expect(prague.formatAge(now - 200 * dayMs, now)).toBe("6 months ago");
  });

  it("shows the exact time with seconds and its zone", () => {
    expect(prague.formatExact(now)).toMatch(/^Tuesday,? 12 May 2026 at 22:00:00 CEST$/);
  });
});

describe("groupByDay", () => {
  it("groups by the day of the time zone, across a change to summer time", () => {
    const { toDay } = createTimeFormat("en", "Europe/Prague");
    const times = ["2026-03-29T22:30:00Z", "2026-03-29T21:30:00Z", "2026-03-28T23:30:00Z", "2026-03-28T22:30:00Z"];
    const events = times.map((occurred_at, at) => aTimelineEvent({ event_id: `evt_${at}`, occurred_at }));
    const groups = groupByDay(events, toDay).map(({ day, events: grouped }) => [day, grouped.map(({ id }) => id)]);
    expect(groups).toEqual([
      ["2026-03-30", ["evt_0"]],
      ["2026-03-29", ["evt_1", "evt_2"]],
      ["2026-03-28", ["evt_3"]],
    ]);
  });
});

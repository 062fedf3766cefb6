import { ActivityError } from "#shared/errors.ts";
import { dayMs, firstMoment, isBasicFormat, lastMoment, parseWallTime } from "./wall-time.ts";

/** The clock of a time zone. */
export type Zone = {
  /** Returns the minutes that local time is ahead of UTC at a moment in Unix milliseconds. */
  offsetAt(instant: number): number;
};

export const utc: Zone = { offsetAt: () => 0 };

/** Inclusive bounds: UTC with three fraction digits, or, before parsing, the texts of a caller. */
export type TimeRange = { readonly since: string | null; readonly until: string | null };

/** The first and the last moment of a text, both inclusive, UTC with three fraction digits. */
export type TimeInterval = { readonly first: string; readonly last: string };

type Bounded = { readonly since: string; readonly until: string };

const minuteMs = 60_000;

/**
 * Parses the bounds of a range. A bound is as long as its text is precise: `2026-05-11` is a day, `10:15:00` a second.
 * `since` is the first moment of it and `until` the last, both cut to milliseconds, so that an event is in the range of its
 * own time and of its own day. Texts without an offset are in `zone`.
 *
 * Throws `ActivityError` `invalid_value` with the field, also for a `since` after `until`.
 */
export function parseTimeRange(texts: Bounded, zone?: Zone): Bounded;
export function parseTimeRange(texts: TimeRange, zone?: Zone): TimeRange;
export function parseTimeRange({ since, until }: TimeRange, zone: Zone = utc): TimeRange {
  const range = {
    since: since === null ? null : intervalOf(since, "since", zone).first,
    until: until === null ? null : intervalOf(until, "until", zone).last,
  };
  if (range.since !== null && range.until !== null && range.since > range.until) {
    throw new ActivityError("invalid_value", "since must not be after until.", { field: "since" });
  }
  return range;
}

/**
 * Parses a text to the interval of its precision; without an offset it is in `zone`. Returns `null` if it is not a time:
 * `parseWallTime` describes the forms.
 */
export function parseTimeInterval(text: string, zone: Zone = utc): TimeInterval | null {
  const wall = parseWallTime(text);
  if (wall === null) return null;
  const shift = (wall.offset ?? 0) * minuteMs;
  const moments = { first: wall.first - shift, last: wall.last - shift };
  const { first, last } = wall.offset === null ? toInstants(zone, wall) : moments;
  return { first: new Date(first).toISOString(), last: new Date(last).toISOString() };
}

/** Returns why a text is not a time: `must be …`. */
export function describeTimeIssue(text: string): string {
  const example = "2026-05-11T08:30:12Z";
  if (isBasicFormat(text)) return `must be written with separators, such as ${example}`;
  return `must be an ISO 8601 date, or date and time, such as ${example}`;
}

/**
 * Returns the first and the last moment at which the local time of a zone can be between `first` and `last`, all in Unix
 * milliseconds. They are further apart around clock changes.
 */
export function toInstants(zone: Zone, { first, last }: { readonly first: number; readonly last: number }) {
  return {
    first: clamped(first - Math.max(...offsetsOf(zone, first)) * minuteMs),
    last: clamped(last - Math.min(...offsetsOf(zone, last)) * minuteMs),
  };
}

/**
 * Returns the possible offsets of a local time: two if clocks were set back, and those before and after it if it was
 * skipped. Clocks change by less than a day. At the ends of the supported years, local time is UTC.
 */
function offsetsOf(zone: Zone, wall: number): number[] {
  const around = [zone.offsetAt(wall - dayMs), zone.offsetAt(wall), zone.offsetAt(wall + dayMs)];
  if (wall < firstMoment + dayMs || wall > lastMoment - dayMs) return [...around, 0];
  const exact = around.filter((offset) => zone.offsetAt(wall - offset * minuteMs) === offset);
  return exact.length > 0 ? exact : around;
}

function clamped(instant: number): number {
  return Math.min(Math.max(firstMoment, instant), lastMoment);
}

function intervalOf(text: string, field: string, zone: Zone): TimeInterval {
  const interval = parseTimeInterval(text, zone);
  if (interval !== null) return interval;
  throw new ActivityError("invalid_value", `${field} ${describeTimeIssue(text)}.`, { field });
}

import { ActivityError } from "#shared/errors.ts";
import { firstMoment, isBasicFormat, lastMoment, parseWallTime } from "./wall-time.ts";

/** The clock of a time zone. */
export type Zone = {
  /** Minutes that local time is ahead of UTC at a moment in Unix milliseconds. */
  offsetAt(instant: number): number;
};

export const utc: Zone = { offsetAt: () => 0 };

/** Inclusive bounds, UTC with three fraction digits, as events are stored; as texts, what a caller wrote. */
export type TimeRange = { readonly since: string | null; readonly until: string | null };

/** The first and the last moment that a text names, both inclusive, UTC with three fraction digits. */
export type TimeInterval = { readonly first: string; readonly last: string };

type Bounded = { readonly since: string; readonly until: string };

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Parses the bounds of a range. A bound names all that its text does not tell apart: `2026-05-11` the whole day,
 * `10:15:00` the whole second. `since` is the first moment of that and `until` the last, both cut to milliseconds, so
 * an event is in the range of its own time and of its own day. Texts without an offset are in `zone`.
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
 * Parses a text to all that it names; without an offset it is in `zone`. Returns `null` for what is not a time:
 * `parseWallTime` says which forms there are.
 */
export function parseTimeInterval(text: string, zone: Zone = utc): TimeInterval | null {
  const wall = parseWallTime(text);
  if (wall === null) return null;
  const shift = (wall.offset ?? 0) * minuteMs;
  const moments = { first: wall.first - shift, last: wall.last - shift };
  const { first, last } = wall.offset === null ? toInstants(zone, wall) : moments;
  return { first: new Date(first).toISOString(), last: new Date(last).toISOString() };
}

/** What keeps a text from being a time: `must be …`. */
export function describeTimeIssue(text: string): string {
  const example = "2026-05-11T08:30:12Z";
  if (isBasicFormat(text)) return `must be written with separators, such as ${example}`;
  return `must be an ISO 8601 date, or date and time, such as ${example}`;
}

/**
 * The first and the last moment at which clocks of a zone can show local times from `first` to `last`, all in Unix
 * milliseconds. They lie further apart around the nights when clocks are changed.
 */
export function toInstants(zone: Zone, { first, last }: { readonly first: number; readonly last: number }) {
  return {
    first: clamped(first - Math.max(...offsetsOf(zone, first)) * minuteMs),
    last: clamped(last - Math.min(...offsetsOf(zone, last)) * minuteMs),
  };
}

/**
 * The offsets at which clocks show a local time: two when they are set back, and all around it when they skip it. Clocks are
 * changed by less than a day. At the ends of what the log can hold, clocks show UTC.
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

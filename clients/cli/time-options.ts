import { describeTimeIssue, parseTimeInterval, type TimeRange } from "#shared/platform/time/time-range.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import { CliError } from "./command-result.ts";

/** Formats a UTC time to the second: `2026-05-11 08:30:12`. */
export function formatTime(at: string): string {
  return at.slice(0, 19).replace("T", " ");
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds, or whole calendar years, which differ in length. */
type TimeSpan = { readonly ms: number; readonly years: number };

/** Parses `30m`, `24h`, `90d` or `1y`; `null` for any other text. */
export function parseDuration(text: string): TimeSpan | null {
  const [, count, unit = ""] = /^(\d{1,5})([mhdy])$/.exec(text) ?? [];
  if (count === undefined) return null;
  return { ms: Number(count) * (unitMs[unit] ?? 0), years: unit === "y" ? Number(count) : 0 };
}

/**
 * Returns the time before or after another by a time span, in UTC with three fraction digits; a year from 29 February is
 * 1 March. Returns `null` outside the years 1 to 9999.
 */
export function shiftTime(from: Date, { ms, years }: TimeSpan, direction: -1 | 1): string | null {
  const shifted = new Date(from.getTime() + direction * ms);
  const year = shifted.getUTCFullYear() + direction * years;
  if (year < 1 || year > 9999) return null;
  shifted.setUTCFullYear(year);
  return shifted.toISOString();
}

/** Parses an expiry: `90d` or `1y` from now, a date, or a time. Throws `CliError` `usage` for anything else. */
export function parseExpiry(text: string, now: Date): string {
  const duration = parseDuration(text);
  const at = duration === null ? parseTimestamp(text) : shiftTime(now, duration, 1);
  if (at !== null && at > now.toISOString()) return at;
  throw new CliError("usage", `--expires must be a duration such as 90d, or a future date, not '${text}'.`);
}

/** The options `--since` and `--until` of every command with a range. */
export const sinceOption = {
  value: "24h|7d|1y|TIME",
  help: "start: a duration back from now, a date or a time; UTC, inclusive",
};
export const untilOption = { value: "24h|7d|1y|TIME", help: "end, in the same form; a date includes its whole day" };

/**
 * Parses the bounds of a range to UTC with three fraction digits; `null` for an absent option. A date is its whole day in
 * UTC. Throws `CliError` `usage`.
 */
export function parseTimeRangeOptions(text: (option: "since" | "until") => string | undefined, now: Date): TimeRange {
  const range = {
    since: parseBound("since", text("since"), now),
    until: parseBound("until", text("until"), now),
  };
  if (range.since === null || range.until === null || range.since <= range.until) return range;
  throw new CliError("usage", "--since must not be later than --until.");
}

function parseBound(option: "since" | "until", text: string | undefined, now: Date): string | null {
  if (text === undefined) return null;
  const duration = parseDuration(text);
  if (duration !== null) return shiftTime(now, duration, -1) ?? fail(option, text);
  const { first, last } = parseTimeInterval(text) ?? fail(option, text);
  return option === "since" ? first : last;
}

function fail(option: string, text: string): never {
  throw new CliError(
    "usage",
    `--${option} ${describeTimeIssue(text)}, or a duration such as 24h, 7d or 1y, not '${text}'.`,
  );
}

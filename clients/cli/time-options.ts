import { describeTimeIssue, parseTimeInterval, type TimeRange } from "#shared/platform/time/time-range.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import { CliError } from "./command-result.ts";

/** A UTC time as people read it, to the second. */
export function formatTime(at: string): string {
  return at.slice(0, 19).replace("T", " ");
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time: so many milliseconds, or whole years of the calendar, whose days differ in number. */
type TimeSpan = { readonly ms: number; readonly years: number };

/** Parses `30m`, `24h`, `90d` or `1y`; `null` for any other text. */
export function parseDuration(text: string): TimeSpan | null {
  const [, count, unit = ""] = /^(\d{1,5})([mhdy])$/.exec(text) ?? [];
  if (count === undefined) return null;
  return { ms: Number(count) * (unitMs[unit] ?? 0), years: unit === "y" ? Number(count) : 0 };
}

/**
 * The moment so long before or after a time, UTC with three fraction digits; from 29 February, a year leads to 1 March.
 * Returns `null` outside the years that four digits can write.
 */
export function shiftTime(from: Date, { ms, years }: TimeSpan, direction: -1 | 1): string | null {
  const shifted = new Date(from.getTime() + direction * ms);
  const year = shifted.getUTCFullYear() + direction * years;
  if (year < 1 || year > 9999) return null;
  shifted.setUTCFullYear(year);
  return shifted.toISOString();
}

/**
 * The moment that `90d` or `1y` from now, or a date, or a date and time, means. Throws `CliError` `usage` for anything else.
 */
export function parseExpiry(text: string, now: Date): string {
  const duration = parseDuration(text);
  const at = duration === null ? parseTimestamp(text) : shiftTime(now, duration, 1);
  if (at !== null && at > now.toISOString()) return at;
  throw new CliError("usage", `--expires takes a time from now, such as 90d, or a date to come, and not '${text}'.`);
}

/** What every `--since` and `--until` takes, for the help of a command. */
export const sinceOption = {
  value: "24h|7d|1y|TIME",
  help: "from so long ago, or from a date or time; UTC, inclusive",
};
export const untilOption = { value: "24h|7d|1y|TIME", help: "the same, for the end; a date is all of its day" };

/**
 * The bounds that a user gave, as UTC with three fraction digits; `null` where an option was left out. A date is all of
 * its day in UTC, as everything that this command shows is. Throws `CliError` `usage`.
 */
export function parseTimeRangeOptions(text: (option: "since" | "until") => string | undefined, now: Date): TimeRange {
  const range = {
    since: parseBound("since", text("since"), now),
    until: parseBound("until", text("until"), now),
  };
  if (range.since === null || range.until === null || range.since <= range.until) return range;
  throw new CliError("usage", "--since is later than --until.");
}

function parseBound(option: "since" | "until", text: string | undefined, now: Date): string | null {
  if (text === undefined) return null;
  const duration = parseDuration(text);
  if (duration !== null) return shiftTime(now, duration, -1) ?? fail(option, text);
  const { first, last } = parseTimeInterval(text) ?? fail(option, text);
  return option === "since" ? first : last;
}

function fail(option: string, text: string): never {
  const fault = `--${option} ${describeTimeIssue(text)}, or a time back from now, such as 24h, 7d or 1y`;
  throw new CliError("usage", `${fault}, and not '${text}'.`);
}

import { parseTimeInterval, type TimeRange, timeFault } from "#shared/platform/time/time-range.ts";
import { CliError } from "./command-result.ts";
import { parseDuration, shiftTime } from "./duration.ts";

/** What every `--since` and `--until` takes, for the help of a verb. */
export const sinceOption = {
  value: "24h|7d|1y|TIME",
  help: "from so long ago, or from a date or time; UTC, inclusive",
};
export const untilOption = { value: "24h|7d|1y|TIME", help: "the same, for the end; a date is all of its day" };

/**
 * The bounds that a user gave, as UTC with three fraction digits; `null` where an option was left out. A date is all of
 * its day in UTC, as everything that this command shows is. Throws `CliError` `usage`.
 */
export function readTimeRange(text: (option: "since" | "until") => string | undefined, now: Date): TimeRange {
  const range = {
    since: readBound("since", text("since"), now),
    until: readBound("until", text("until"), now),
  };
  if (range.since === null || range.until === null || range.since <= range.until) return range;
  throw new CliError("usage", "--since is later than --until.");
}

function readBound(option: "since" | "until", text: string | undefined, now: Date): string | null {
  if (text === undefined) return null;
  const duration = parseDuration(text);
  if (duration !== null) return shiftTime(now, duration, -1) ?? fail(option, text);
  const { first, last } = parseTimeInterval(text) ?? fail(option, text);
  return option === "since" ? first : last;
}

function fail(option: string, text: string): never {
  const fault = `--${option} ${timeFault(text)}, or a time back from now, such as 24h, 7d or 1y`;
  throw new CliError("usage", `${fault}, and not '${text}'.`);
}

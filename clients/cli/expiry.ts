import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import { CliError } from "./command-result.ts";
import { parseDuration, shiftTime } from "./duration.ts";

/**
 * The moment that `90d` or `1y` from now, or a date, or a date and time, means. Throws `CliError` `usage` for anything else.
 */
export function readExpiry(text: string, now: Date): string {
  const duration = parseDuration(text);
  const at = duration === null ? parseTimestamp(text) : shiftTime(now, duration, 1);
  if (at !== null && at > now.toISOString()) return at;
  throw new CliError("usage", `--expires takes a time from now, such as 90d, or a date to come, and not '${text}'.`);
}

import { parseTimestamp } from "../../shared/events/timestamp.ts";
import { readDuration } from "./duration.ts";
import { CliError } from "./outcome.ts";

/**
 * The moment that `90d` from now, or a date, or a date and time, means. Throws `CliError` `usage` for anything else.
 */
export function readExpiry(text: string, now: Date): string {
  const ms = readDuration(text);
  const at = ms === null ? parseTimestamp(text) : new Date(now.getTime() + ms).toISOString();
  if (at !== null && at > now.toISOString()) return at;
  throw new CliError("usage", `--expires takes a time from now, such as 90d, or a date to come, and not '${text}'.`);
}

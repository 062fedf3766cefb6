import { parseTimestamp } from "../../shared/events/timestamp.ts";
import { CliError } from "./outcome.ts";

const dayMs = 86_400_000;

/**
 * The moment that `90d` from now, or a date, or a date and time, means. Throws `CliError` `usage` for anything else.
 */
export function readExpiry(text: string, now: Date): string {
  const [, days] = /^([1-9]\d{0,4})d$/.exec(text) ?? [];
  const at = days === undefined ? parseTimestamp(text) : new Date(now.getTime() + Number(days) * dayMs).toISOString();
  if (at !== null && at > now.toISOString()) return at;
  throw new CliError("usage", `--expires takes days, such as 90d, or a date that is still to come, and not '${text}'.`);
}

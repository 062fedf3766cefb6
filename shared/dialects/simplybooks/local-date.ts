import { firstMoment, lastMoment, parseTimestamp } from "../../events/timestamp.ts";
import type { ZoneClock } from "../zone-clock.ts";

const pattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}))?)?$/;

/**
 * The first and the last second that a local date, or date and time, means, as `YYYY-MM-DD HH:MM:SS`; `null` for what
 * is none.
 */
export function dayBounds(text: string): { readonly first: string; readonly last: string } | null {
  const [, day, minute, second] = pattern.exec(text) ?? [];
  if (day === undefined) return null;
  const first = `${day} ${minute ?? "00:00"}:${second ?? "00"}`;
  if (parseTimestamp(first) === null) return null;
  return { first, last: `${day} ${minute ?? "23:59"}:${second ?? "59"}` };
}

const dayMs = 86_400_000;

/**
 * The earliest and the latest moment at which a clock of the zone can show a local second, UTC with three fraction
 * digits. They differ around the nights when clocks are changed.
 */
export function momentsOf(local: string, clock: ZoneClock): { readonly earliest: string; readonly latest: string } {
  const naive = Date.parse(`${local.replace(" ", "T")}.000Z`);
  const offsets = [clock.offsetAt(naive - dayMs), clock.offsetAt(naive), clock.offsetAt(naive + dayMs)];
  // At the ends of what the log can hold, clocks show UTC.
  if (naive < firstMoment + dayMs || naive > lastMoment - dayMs) offsets.push(0);
  const at = (offset: number, ms: number) =>
    new Date(Math.min(Math.max(firstMoment, naive - offset * 60_000 + ms), lastMoment)).toISOString();
  return { earliest: at(Math.max(...offsets), 0), latest: at(Math.min(...offsets), 999) };
}

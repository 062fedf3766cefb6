import { toInstants } from "#shared/platform/time/time-range.ts";
import { parseWallTime } from "#shared/platform/time/wall-time.ts";
import type { ZoneClock } from "#shared/platform/time/zone-clock.ts";

/** The vendor shows and takes no fractions and no offsets. */
const pattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?$/;

/**
 * The first and the last second that a local date, or date and time, names, as `YYYY-MM-DD HH:MM:SS`; `null` for any
 * other text.
 */
export function parseLocalDate(text: string): { readonly first: string; readonly last: string } | null {
  const wall = pattern.test(text) ? parseWallTime(text) : null;
  return wall === null ? null : { first: localSecond(wall.first), last: localSecond(wall.last) };
}

function localSecond(wall: number): string {
  return new Date(wall).toISOString().slice(0, 19).replace("T", " ");
}

/**
 * The earliest and the latest moment at which a clock of the zone can show a local second, UTC with three fraction
 * digits. They differ around the nights when clocks are changed.
 */
export function toUtcBounds(local: string, clock: ZoneClock): { readonly earliest: string; readonly latest: string } {
  const second = Date.parse(`${local.replace(" ", "T")}.000Z`);
  const { first, last } = toInstants(clock, { first: second, last: second + 999 });
  return { earliest: new Date(first).toISOString(), latest: new Date(last).toISOString() };
}

import { toInstants } from "#shared/platform/time/time-range.ts";
import type { ZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { parseWallTime } from "#shared/platform/time/wall-time.ts";

/** The vendor's format: without fractions and offsets. */
const pattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?$/;

/**
 * Returns the first and the last second of a local date, or date and time, as `YYYY-MM-DD HH:MM:SS`; `null` for other
 * text.
 */
export function parseLocalDate(text: string): { readonly first: string; readonly last: string } | null {
  const wall = pattern.test(text) ? parseWallTime(text) : null;
  return wall === null ? null : { first: formatLocalSecond(wall.first), last: formatLocalSecond(wall.last) };
}

function formatLocalSecond(wall: number): string {
  return new Date(wall).toISOString().slice(0, 19).replace("T", " ");
}

/**
 * Returns the earliest and the latest moment at which clocks of the zone show a local second, in UTC with three fraction
 * digits. They differ if clocks were set back over that second.
 */
export function toUtcBounds(local: string, clock: ZoneClock): { readonly earliest: string; readonly latest: string } {
  const second = Date.parse(`${local.replace(" ", "T")}.000Z`);
  const { first, last } = toInstants(clock, { first: second, last: second + 999 });
  return { earliest: new Date(first).toISOString(), latest: new Date(last).toISOString() };
}

/** A date, or a date and time with an optional offset, as text: ISO 8601 in the extended format. */
export const timePattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ]([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d|60)(?:[.,](\d{1,9}))?)?([Zz]|[+\- ](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

/** The bounds of the years with four digits, in Unix milliseconds. Between them, text order is time order. */
export const firstMoment = Date.parse("0001-01-01T00:00:00.000Z");
export const lastMoment = Date.parse("9999-12-31T23:59:59.999Z");

/** A local time, as the Unix milliseconds of the same time in UTC. */
export type WallTime = {
  /** The first and the last millisecond of the text: of a day, a minute or a second, or the same millisecond. */
  readonly first: number;
  readonly last: number;
  /** Minutes ahead of UTC; `null` if the text has no offset. */
  readonly offset: number | null;
};

const secondMs = 1_000;
const minuteMs = 60_000;
export const dayMs = 86_400_000;

/**
 * Parses an ISO 8601 date, or date and time, in the extended format. Fractions are cut to milliseconds. A leap second
 * (`:60`) is the last millisecond of its minute, `24:00` the midnight at the end of the day. A space before the offset
 * is a decoded `+` of a URL. Returns `null` for any other text, and outside the years 0001 to 9999.
 */
export function parseWallTime(text: string): WallTime | null {
  const match = timePattern.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute = "", second, fraction, zone] = match;
  const midnight = dayOf(Number(year), Number(month), Number(day));
  if (midnight === null) return null;
  const offset = zone === undefined ? null : offsetMinutes(zone);
  if (hour === undefined) return within({ first: midnight, last: midnight + dayMs - 1, offset });
  const start = midnight + (Number(hour) * 60 + Number(minute)) * minuteMs;
  const part = partOfMinute(start, second, fraction);
  if (hour !== "24") return within({ ...part, offset });
  return part.first === midnight + dayMs ? within({ first: part.first, last: part.first, offset }) : null;
}

/** Whether a text is a time in the basic format of ISO 8601, which has no separators: `20260308T101500Z`. */
export function isBasicFormat(text: string): boolean {
  return /^\d{8}(?:[Tt ]?\d{4}(?:\d{2}(?:[.,]\d+)?)?(?:[Zz]|[+\- ]\d{2}:?(?:\d{2})?)?)?$/.test(text);
}

/** Returns the interval of the seconds and their fraction in the minute that begins at `start`. */
function partOfMinute(start: number, second: string | undefined, fraction: string | undefined) {
  if (second === undefined) return { first: start, last: start + minuteMs - 1 };
  if (second === "60") return { first: start + minuteMs - 1, last: start + minuteMs - 1 };
  const at = start + Number(second) * secondMs;
  if (fraction === undefined) return { first: at, last: at + secondMs - 1 };
  const moment = at + Number(fraction.slice(0, 3).padEnd(3, "0"));
  return { first: moment, last: moment };
}

/** Returns the midnight at the beginning of a day; `null` for a day that does not exist. */
function dayOf(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null;
}

function offsetMinutes(zone: string): number {
  if (zone === "Z" || zone === "z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || "0");
  return zone.startsWith("-") ? -minutes : minutes;
}

function within(time: WallTime): WallTime | null {
  const shift = (time.offset ?? 0) * minuteMs;
  const isInside = (wall: number) => wall - shift >= firstMoment && wall - shift <= lastMoment;
  return isInside(time.first) && isInside(time.last) ? time : null;
}

/** What a time looks like, real or not. */
export const timePattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?([Zz]|[+\- ]\d{2}(?::?\d{2})?)?)?$/;

/** The years that four digits can write, in Unix milliseconds: in them, text order is time order. */
export const firstMoment = Date.parse("0001-01-01T00:00:00.000Z");
export const lastMoment = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Reads an ISO 8601 date, or date and time, as UTC with three fraction digits, so that text order is time order. No
 * offset means UTC, a date alone midnight, a blank before the offset the `+` that a URL decoded. Finer fractions round
 * as told. Answers `null` for any other text, and outside the years 0001 to 9999.
 */
export function parseTimestamp(text: string, round: "down" | "up" = "down"): string | null {
  const match = timePattern.exec(text);
  if (!match) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const offset = offsetMinutes(zone);
  if (offset === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  const milliseconds =
    Number(fraction.slice(0, 3).padEnd(3, "0")) + (round === "up" && /[1-9]/.test(fraction.slice(3)) ? 1 : 0);
  const instant = date.setUTCHours(Number(hour), Number(minute) - offset, Number(second), milliseconds);
  return instant < firstMoment || instant > lastMoment ? null : date.toISOString();
}

function offsetMinutes(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || "0");
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

const zero = 0x30;
const nine = 0x39;

/** A zero stands for each digit. */
const pattern = "0000-00-00T00:00:00.000Z";

/** Whether a text is a time as it is stored: what `parseTimestamp` would return for it, at a fraction of the price. */
export function isTimestamp(text: string): boolean {
  if (text.length !== pattern.length) return false;
  for (let at = 0; at < pattern.length; at++) {
    const unit = text.charCodeAt(at);
    const expected = pattern.charCodeAt(at);
    if (expected === zero ? unit < zero || unit > nine : unit !== expected) return false;
  }
  const isClock = number(text, 11, 2) <= 23 && number(text, 14, 2) <= 59 && number(text, 17, 2) <= 59;
  return isClock && isDate(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2));
}

/** The number of some digits. */
function number(text: string, start: number, length: number): number {
  let value = 0;
  for (let at = start; at < start + length; at++) value = 10 * value + text.charCodeAt(at) - zero;
  return value;
}

function isDate(year: number, month: number, day: number): boolean {
  if (year === 0 || month < 1 || month > 12 || day < 1) return false;
  if (day <= 28) return true;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return day === 29 && isLeap;
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

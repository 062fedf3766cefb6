import { parseWallTime } from "./wall-time.ts";

const minuteMs = 60_000;

/**
 * Parses an ISO 8601 date, or date and time, to UTC with three fraction digits, so that text order is time order: the
 * first moment of the text, cut to milliseconds. No offset means UTC. Returns `null` for any other text, and outside the
 * years 0001 to 9999. `parseWallTime` describes the forms.
 */
export function parseTimestamp(text: string): string | null {
  const time = parseWallTime(text);
  return time === null ? null : new Date(time.first - (time.offset ?? 0) * minuteMs).toISOString();
}

const zero = 0x30;
const nine = 0x39;

/** A zero stands for each digit. */
const pattern = "0000-00-00T00:00:00.000Z";

/** Whether a text is a time as it is stored, that is, `parseTimestamp` would return it unchanged. Much faster. */
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

/** Returns the number that some digits form. */
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

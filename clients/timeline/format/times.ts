import { capitalize } from "./display-text.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * dayMs],
  ["month", 30 * dayMs],
  ["week", 7 * dayMs],
  ["day", dayMs],
  ["hour", hourMs],
  ["minute", minuteMs],
];

/** Formats times in a language and a time zone. */
export type TimeFormat = {
  /** `now`, `5 minutes ago`, and from a day on the time of day: the heading of the day has the rest. */
  formatRelative(timeMs: number, nowMs: number): string;
  /** `Monday, 11 May 2026 at 08:32:14 UTC`. */
  formatExact(timeMs: number): string;
  /** `Today`, `Yesterday`, `Monday, 11 May 2026`. */
  formatDay(timeMs: number, nowMs: number): string;
  /** `6 months ago`; `null` for today and yesterday, whose names say it. */
  formatAge(timeMs: number, nowMs: number): string | null;
  /** Identifies the day of a time: `2026-05-11`. */
  toDay(timeMs: number): string;
};

/** Creates a format. `timeZone` is an IANA name; `undefined` is that of the browser. Throws `RangeError` for others. */
export function createTimeFormat(language: string, timeZone: string | undefined): TimeFormat {
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long", timeZone });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone });
  // The Swedish format of a date is that of ISO 8601.
  const iso = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeZone });
  const toDay = (timeMs: number) => iso.format(timeMs);
  const daysBetween = (timeMs: number, nowMs: number) =>
    Math.round((Date.parse(toDay(timeMs)) - Date.parse(toDay(nowMs))) / dayMs);
  const format = (ms: number) => {
    const [unit, size] = units.find(([, unitMs]) => Math.abs(ms) >= unitMs) ?? (["second", 1_000] as const);
    return relative.format(unit === "second" ? 0 : Math.trunc(ms / size), unit);
  };
  return {
    toDay,
    formatExact: (timeMs) => exact.format(timeMs),
    formatRelative: (timeMs, nowMs) =>
      Math.abs(nowMs - timeMs) < dayMs ? format(Math.min(0, timeMs - nowMs)) : clock.format(timeMs),
    formatDay(timeMs, nowMs) {
      const days = daysBetween(timeMs, nowMs);
      const text = days === 0 || days === -1 ? relative.format(days, "day") : date.format(timeMs);
      return capitalize(text, language);
    },
    formatAge(timeMs, nowMs) {
      const days = daysBetween(timeMs, nowMs);
      return days < -1 ? format(days * dayMs) : null;
    },
  };
}

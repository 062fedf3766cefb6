import { capitalize } from "#clients/timeline/format/display-text.ts";
import { locale } from "./locale.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * dayMs],
  ["month", 30 * dayMs],
  ["day", dayMs],
  ["hour", hourMs],
  ["minute", minuteMs],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exactUtc = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
const exactLocal = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long" });

/** Returns how long ago, or ahead, a time is: `now`, `5 minutes ago`, `in 2 days`. */
export function formatAge(timeMs: number, nowMs: number): string {
  const ms = timeMs - nowMs;
  const unit = units.find(([, unitMs]) => Math.abs(ms) >= unitMs);
  return unit === undefined ? relative.format(0, "second") : relative.format(Math.trunc(ms / unit[1]), unit[0]);
}

/** Returns a time in the zone of the browser, and in UTC: `11 May 2026, 10:32:14 CEST · 11 May 2026, 08:32:14 UTC`. */
export function formatExactTime(timeMs: number): string {
  if (new Date(timeMs).getTimezoneOffset() === 0) return `${exactUtc.format(timeMs)} UTC`;
  return `${capitalize(exactLocal.format(timeMs), "en")} · ${exactUtc.format(timeMs)} UTC`;
}

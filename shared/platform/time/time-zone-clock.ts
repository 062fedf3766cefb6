import { BoundedMap } from "#shared/platform/cache.ts";
import { dayMs, firstMoment, lastMoment } from "./wall-time.ts";

const minuteMs = 60_000;

/** Days cached per zone: some years of a log. */
const capacity = 4_000;

/**
 * The clock of a time zone. Looking up an offset takes longer than the rest of rendering an event, so offsets are cached
 * by day.
 */
export class ZoneClock {
  /** `null` for UTC: loading the rules of time zones takes as long as half of a cold start. */
  readonly #format: Intl.DateTimeFormat | null;
  /** The offset of a whole day in minutes; `null` if it changes on that day. */
  readonly #days = new BoundedMap<number, number | null>(capacity);

  constructor(timeZone: string) {
    this.#format =
      timeZone === "UTC" ? null : new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  }

  /** Returns the minutes that local time is ahead of UTC at a moment in Unix milliseconds. */
  offsetAt(instant: number): number {
    if (this.#format === null) return 0;
    const day = Math.floor(instant / dayMs);
    let offset = this.#days.get(day);
    if (offset === undefined) {
      const first = this.#lookUp(day * dayMs);
      offset = first === this.#lookUp((day + 1) * dayMs - 1) ? first : null;
      this.#days.set(day, offset);
    }
    return offset ?? this.#lookUp(instant);
  }

  /** Returns the local time of a moment as `YYYY-MM-DDTHH:MM:SS.mmm`, and its offset. */
  local(instant: number): { readonly text: string; readonly offset: number } {
    const zoneOffset = this.offsetAt(instant);
    // Local times stay within the years of four digits.
    const shifted = instant + zoneOffset * minuteMs;
    const offset = shifted < firstMoment || shifted > lastMoment ? 0 : zoneOffset;
    return { text: new Date(instant + offset * minuteMs).toISOString().slice(0, -1), offset };
  }

  /** Looks up an offset. Offsets of the 19th century have seconds, which no format shows: they are omitted. */
  #lookUp(instant: number): number {
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(this.#format?.format(instant) ?? "") ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  }
}

const clocks = new Map<string, ZoneClock>();

/** Returns the clock of a zone. All organisations of a zone share it and its cache. */
export function getZoneClock(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = new ZoneClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

/** Formats an offset as in ISO 8601: `+01:00`. */
export function formatOffset(minutes: number): string {
  const absolute = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}

import { BoundedMap } from "#shared/platform/cache.ts";
import { firstMoment, lastMoment } from "./wall-time.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Days that one zone remembers: some years of a log. */
const capacity = 4_000;

/**
 * The clock of a time zone. Asking the system's rules takes longer than all else that rendering an event does, so what
 * they say is remembered by the day.
 */
export class ZoneClock {
  /** `null` for UTC, which needs no rules: loading the system's takes as long as half of a cold start. */
  readonly #format: Intl.DateTimeFormat | null;
  /** The offset throughout a day, in minutes; `null` where it changes within it. */
  readonly #days = new BoundedMap<number, number | null>(capacity);

  constructor(timeZone: string) {
    this.#format =
      timeZone === "UTC" ? null : new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  }

  /** Minutes that local time is ahead of UTC at a moment in Unix milliseconds. */
  offsetAt(instant: number): number {
    if (this.#format === null) return 0;
    const day = Math.floor(instant / dayMs);
    let offset = this.#days.get(day);
    if (offset === undefined) {
      const [first, last] = [this.#ask(day * dayMs), this.#ask((day + 1) * dayMs - 1)];
      offset = first === last ? first : null;
      this.#days.set(day, offset);
    }
    return offset ?? this.#ask(instant);
  }

  /** `YYYY-MM-DDTHH:MM:SS.mmm` as a clock on the wall shows a moment, and the offset it goes by. */
  local(instant: number): { readonly text: string; readonly offset: number } {
    const asked = this.offsetAt(instant);
    // No local time leaves the years that four digits can write.
    const shifted = instant + asked * minuteMs;
    const offset = shifted < firstMoment || shifted > lastMoment ? 0 : asked;
    return { text: new Date(instant + offset * minuteMs).toISOString().slice(0, -1), offset };
  }

  /** Zones before railways have seconds in their offsets, which no format shows: they are left out. */
  #ask(instant: number): number {
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(this.#format?.format(instant) ?? "") ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  }
}

const clocks = new Map<string, ZoneClock>();

/** The clock of a zone, the same one each time: what it remembers serves every organisation there. */
export function getZoneClock(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = new ZoneClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

/** An offset as ISO 8601 writes it: `+01:00`. */
export function formatOffset(minutes: number): string {
  const absolute = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}

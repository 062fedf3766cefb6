/** Converts between Unix time and the wall clock of a zone, which is written as if it were UTC. Milliseconds. */
export type ZonedTime = {
  toLocal(timeMs: number): number;
  /** A wall clock time that exists twice is the first one; one that is skipped is moved by the jump. */
  fromLocal(localMs: number): number;
};

/** Creates the conversion for an IANA zone. Throws `RangeError` for others. */
export function createZonedTime(timeZone: string): ZonedTime {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const toLocal = (timeMs: number) => {
    const parts = new Map(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    const seconds = Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
      part("second"),
    );
    return seconds + (((timeMs % 1_000) + 1_000) % 1_000);
  };
  return {
    toLocal,
    fromLocal(localMs) {
      // The offset a day before is that of the first of two equal times.
      const before = localMs - 24 * 3_600_000;
      const earlier = localMs - (toLocal(before) - before);
      const offset = toLocal(earlier) - earlier;
      return toLocal(earlier) === localMs ? earlier : localMs - offset;
    },
  };
}

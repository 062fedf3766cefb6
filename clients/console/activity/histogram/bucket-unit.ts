const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The widths of the bars. Those of a day and more follow the calendar: their `ms` is about their length. */
export const bucketUnits = [
  { name: "second", kind: "fixed", ms: secondMs },
  { name: "10 seconds", kind: "fixed", ms: 10 * secondMs },
  { name: "minute", kind: "fixed", ms: minuteMs },
  { name: "5 minutes", kind: "fixed", ms: 5 * minuteMs },
  { name: "15 minutes", kind: "fixed", ms: 15 * minuteMs },
  { name: "hour", kind: "fixed", ms: hourMs },
  { name: "3 hours", kind: "local", ms: 3 * hourMs },
  { name: "12 hours", kind: "local", ms: 12 * hourMs },
  { name: "day", kind: "local", ms: dayMs },
  { name: "week", kind: "week", ms: 7 * dayMs },
  { name: "month", kind: "month", ms: 30 * dayMs },
] as const satisfies readonly BucketUnit[];

/** The unit of ranges that all others are too narrow for. */
export const widestUnit = { name: "year", kind: "year", ms: 365 * dayMs } as const satisfies BucketUnit;

export type BucketUnit = {
  readonly name: string;
  readonly kind: "fixed" | "local" | "week" | "month" | "year";
  /** Milliseconds. */
  readonly ms: number;
};

/** Returns the start of the unit in which a wall clock time lies. */
export function floorLocal({ kind, ms }: BucketUnit, localMs: number): number {
  const date = new Date(localMs);
  switch (kind) {
    case "fixed":
    case "local":
      return Math.floor(localMs / ms) * ms;
    case "week": {
      const day = Math.floor(localMs / dayMs);
      // 1970-01-01 was a Thursday; weeks begin on Monday (ISO 8601).
      return (day - ((((day + 3) % 7) + 7) % 7)) * dayMs;
    }
    case "month":
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    case "year":
      return Date.UTC(date.getUTCFullYear(), 0, 1);
  }
}

/** Returns the start of the next unit. */
export function nextLocal(unit: BucketUnit, localMs: number): number {
  const date = new Date(localMs);
  if (unit.kind === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  if (unit.kind === "year") return Date.UTC(date.getUTCFullYear() + 1, 0, 1);
  return localMs + unit.ms;
}

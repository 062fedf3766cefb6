const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time: so many milliseconds, or whole years of the calendar, whose days differ in number. */
type Duration = { readonly ms: number; readonly years: number };

/** Parses `30m`, `24h`, `90d` or `1y`; `null` for any other text. */
export function parseDuration(text: string): Duration | null {
  const [, count, unit = ""] = /^(\d{1,5})([mhdy])$/.exec(text) ?? [];
  if (count === undefined) return null;
  return { ms: Number(count) * (unitMs[unit] ?? 0), years: unit === "y" ? Number(count) : 0 };
}

/**
 * The moment so long before or after a time, UTC with three fraction digits; from 29 February, a year leads to 1 March.
 * Returns `null` outside the years that four digits can write.
 */
export function shiftTime(from: Date, { ms, years }: Duration, direction: -1 | 1): string | null {
  const shifted = new Date(from.getTime() + direction * ms);
  const year = shifted.getUTCFullYear() + direction * years;
  if (year < 1 || year > 9999) return null;
  shifted.setUTCFullYear(year);
  return shifted.toISOString();
}

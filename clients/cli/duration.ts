const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of `90d`, `24h` or `30m`; `null` for any other text. */
export function readDuration(text: string): number | null {
  const [, count, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * (unitMs[unit] ?? 0);
}

/** The moment that `7d` before now means. Any other text stays: whether it is a time is for the API to say. */
export function readPast(text: string, now: Date): string {
  const ms = readDuration(text);
  return ms === null ? text : new Date(now.getTime() - ms).toISOString();
}

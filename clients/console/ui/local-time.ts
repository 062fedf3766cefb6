/** The times of the years 1 to 9999 in every zone: `toISOString` writes other years with a sign and six digits. */
const firstMs = Date.parse("0001-01-02T00:00:00Z");
const lastMs = Date.parse("9999-12-31T00:00:00Z");

/** Returns the Unix time in milliseconds of a text; `null` if it is not a time of the years 1 to 9999. */
export function parseTime(text: string): number | null {
  const timeMs = Date.parse(text);
  return timeMs >= firstMs && timeMs <= lastMs ? timeMs : null;
}

/** Returns the value of an `<input type="datetime-local" step="1">` for a Unix time, in the zone of the browser. */
export function toLocalInput(timeMs: number): string {
  return new Date(timeMs - new Date(timeMs).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** Returns the UTC time of such a value; `null` if it is empty, or not of the years 1 to 9999. */
export function fromLocalInput(value: string): string | null {
  const timeMs = parseTime(value);
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

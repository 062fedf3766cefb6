/** Returns the value of an `<input type="datetime-local">` for a time, in the zone of the browser; empty for no time. */
export function toLocalInput(time: string | undefined): string {
  const timeMs = Date.parse(time ?? "");
  if (Number.isNaN(timeMs)) return "";
  const date = new Date(timeMs);
  return new Date(timeMs - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Returns the UTC time of such a value; `null` if it is empty. */
export function fromLocalInput(value: string): string | null {
  const timeMs = new Date(value).getTime();
  return Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
}

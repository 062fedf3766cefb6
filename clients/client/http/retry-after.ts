/**
 * Returns the milliseconds until a repeat can succeed: by `Retry-After` (seconds or a date; RFC 9110, section 10.2.3), and
 * for a 429 without it by the end of the window in the rate limit headers. `null` if the response does not state it.
 */
export function parseRetryDelay(status: number, headers: Headers, now: Date): number | null {
  const delay = parseRetryAfter(headers.get("retry-after"), now);
  if (delay !== null || status !== 429) return delay;
  // Fakturoid: `default;r=0;t=17`, in seconds from now. FinzBooks and SimplyBooks: a time in Unix seconds.
  const [, seconds] = /;\s*t=(\d+)/.exec(headers.get("x-ratelimit") ?? "") ?? [];
  if (seconds !== undefined) return Number(seconds) * 1_000;
  const reset = headers.get("x-ratelimit-reset") ?? "";
  return /^\d+$/.test(reset) ? Math.max(0, Number(reset) * 1_000 - now.getTime()) : null;
}

function parseRetryAfter(text: string | null, now: Date): number | null {
  if (text === null) return null;
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1_000;
  // `Date.parse` also accepts texts such as `-1`; every HTTP date begins with the name of a day.
  const at = /^[A-Z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

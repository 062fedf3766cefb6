import { ActivityError } from "#shared/errors.ts";
import { parseTimeRange, type TimeRange } from "#shared/platform/time/time-range.ts";

/** The one value of a parameter, or `null`. Two values would leave open which of them holds, and are refused. */
export function only(query: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = query.getAll(name);
  if (others.length > 0) throw invalid(name, `The parameter ${name} is given more than once.`);
  return value;
}

/** What browsers, caches and links of campaigns add to any address. It filters nothing, and passes. */
const ignored = /^(?:_|fbclid|utm_.*)$/s;

/** The first parameter of a request that its route does not know; `null` where there is none. */
export function unknownParameter(query: URLSearchParams, known: readonly string[]): string | null {
  const names = new Set(known);
  for (const name of query.keys()) if (!names.has(name) && !ignored.test(name)) return name.slice(0, 64).toWellFormed();
  return null;
}

/** The bounds `since` and `until` of a request, in UTC. Throws like `parseTimeRange`. */
export function readTimeRange(query: URLSearchParams): TimeRange {
  return parseTimeRange({ since: only(query, "since"), until: only(query, "until") });
}

/** The size of a page, three digits at most. */
export function readLimit(text: string | null, unnamed: number, max: number): number {
  if (text === null) return unnamed;
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= max) return Number(text);
  throw invalid("limit", `limit must be a whole number from 1 to ${max}.`);
}

export function invalid(field: string, message: string, details?: Record<string, unknown>): ActivityError {
  return new ActivityError("invalid_value", message, details ? { field, details } : { field });
}

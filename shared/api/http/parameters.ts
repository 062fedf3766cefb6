import { ActivityError } from "#shared/errors.ts";
import { formatSuggestion } from "#shared/platform/did-you-mean.ts";

/** Returns the value of a parameter, or `null`. Throws `invalid_value` if it is repeated: which value counts is unclear. */
export function singleParam(query: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = query.getAll(name);
  if (others.length > 0) throw invalidValue(name, `The parameter ${name} is given more than once. Send it once.`);
  return value;
}

/** Parameters that browsers, caches and campaign links add to any URL. They are ignored. */
const ignored = /^(?:_|fbclid|utm_.*)$/s;

/** Returns the first parameter of a request that its route does not know, or `null`. */
export function findUnknownParam(query: URLSearchParams, known: readonly string[]): string | null {
  const names = new Set(known);
  for (const name of query.keys()) if (!names.has(name) && !ignored.test(name)) return name.slice(0, 64).toWellFormed();
  return null;
}

/**
 * Throws `invalid_value` with the valid names if a parameter is unknown: ignoring a misspelt filter would return events
 * that it was meant to exclude.
 */
export function assertKnownParameters(query: URLSearchParams, known: readonly string[]): void {
  const name = findUnknownParam(query, known);
  if (name === null) return;
  throw invalidValue(name, `Unknown parameter '${name}'.${formatSuggestion(name, known)}`, { valid: known });
}

/** Parses the size of a page: at most four digits. */
export function parseLimit(text: string | null, defaultLimit: number, max: number): number {
  if (text === null) return defaultLimit;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= max) return Number(text);
  throw invalidValue("limit", `limit must be a whole number from 1 to ${max}.`);
}

export function invalidValue(field: string, message: string, details?: Record<string, unknown>): ActivityError {
  return new ActivityError("invalid_value", message, details ? { field, details } : { field });
}

import { ActivityError } from "../events/errors.ts";
import { parseTimestamp } from "../events/timestamp.ts";

/** The one value of a parameter, or `null`. Two values would leave open which of them holds, and are refused. */
export function only(query: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = query.getAll(name);
  if (others.length > 0) throw invalid(name, `The parameter ${name} is given more than once.`);
  return value;
}

/** A time, as UTC with three fraction digits. Finer fractions round as told. */
export function readTime(text: string, field: string, round: "up" | "down"): string;
export function readTime(text: string | null, field: string, round: "up" | "down"): string | null;
export function readTime(text: string | null, field: string, round: "up" | "down"): string | null {
  if (text === null) return null;
  const time = parseTimestamp(text, round);
  if (time !== null) return time;
  throw invalid(field, `${field} must be an ISO 8601 date, or date and time, such as 2026-05-11T08:30:12Z.`);
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

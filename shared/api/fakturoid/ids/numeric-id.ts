import { hash } from "node:crypto";
import { BoundedMap } from "#shared/platform/cache.ts";

/**
 * Numbers from here to 2^53 are derived from ids that are text. Ids that are whole numbers in this range are derived, too,
 * so that a derived number never equals the id of another entity.
 */
const firstDerived = 2 ** 52;

/** The vendor's integer id, and the id of the log if it differs. */
export type NumericId = { readonly id: number; readonly custom_id?: string };

/**
 * Converts an id of the log to the vendor's integer. Whole numbers below 2^52 stay as they are. Any other id becomes
 * 2^52 plus the first 52 bits of its SHA-256: the same number in every event, account and version. In a
 * million texts, two share a number with a probability of 1 in 9,000.
 */
export function toNumericId(id: string): NumericId {
  const number = wholeNumberOf(id);
  if (number !== null && number < firstDerived) return { id: number };
  return { id: derivedId(id), custom_id: id };
}

/** Whether a text is a number that can be derived from another id. */
export function isDerivedId(text: string): boolean {
  const number = wholeNumberOf(text);
  return number !== null && number >= firstDerived;
}

function wholeNumberOf(text: string): number | null {
  const number = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** Hashing would take 5 % of the time of a page: the same users and contacts occur again and again. */
const cache = new BoundedMap<string, number>(10_000);

function derivedId(id: string): number {
  const known = cache.get(id);
  if (known !== undefined) return known;
  const number = firstDerived + Number.parseInt(hash("sha256", id, "hex").slice(0, 13), 16);
  cache.set(id, number);
  return number;
}

import { hash } from "node:crypto";

/**
 * Numbers from here to 2^53 stand for ids that are texts. No id is shown as itself in this range, so that a number
 * which stands for a text never equals a whole number that is an id.
 */
const firstDerived = 2 ** 52;

/** An id as the vendor's clients parse it, an integer, and beside it the id of the log where that is another one. */
export type NumericId = { readonly id: number; readonly custom_id?: string };

/**
 * Converts an id of the log to the vendor's integer. Whole numbers below 2^52 stay as they are. Any other id becomes
 * 2^52 plus the first 52 bits of its SHA-256: the same number in every event, account and version. Two of a million
 * texts have the same number in one of 9,000 cases.
 */
export function toNumericId(id: string): NumericId {
  const number = wholeNumberOf(id);
  if (number !== null && number < firstDerived) return { id: number };
  return { id: derivedId(id), custom_id: id };
}

/** Whether a text is a number that can stand for another text. */
export function isDerivedId(text: string): boolean {
  const number = wholeNumberOf(text);
  return number !== null && number >= firstDerived;
}

function wholeNumberOf(text: string): number | null {
  const number = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** Hashing the ids of a page anew would take a twentieth of its time: users and contacts come again and again. */
const cache = new Map<string, number>();
const cacheCapacity = 10_000;

function derivedId(id: string): number {
  const known = cache.get(id);
  if (known !== undefined) return known;
  const number = firstDerived + Number.parseInt(hash("sha256", id, "hex").slice(0, 13), 16);
  if (cache.size >= cacheCapacity) cache.clear();
  cache.set(id, number);
  return number;
}

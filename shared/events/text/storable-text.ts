import { type JsonText, toJsonText } from "#shared/events/event.ts";

const replacement = "\uFFFD";

/** How `JSON.stringify` writes U+0000 and halves of surrogate pairs, or a backslash before such characters. */
const suspicious = /\\u(?:0000|d[89a-f])/;

/**
 * The text with U+FFFD for each U+0000 and half of a surrogate pair. Earlier releases stored both, and strict parsers
 * refuse a whole body for one of them (`isStorableText`).
 */
export function toStorableText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes("\u0000") ? wellFormed.replaceAll("\u0000", replacement) : wellFormed;
}

/** The same for every text and key inside of JSON text, which must be as `JSON.stringify` writes it. */
export function toStorableJson(text: JsonText): JsonText {
  return text.includes("\\u") && suspicious.test(text) ? toJsonText(toStorableValue(JSON.parse(text))) : text;
}

/** `maxDepth` bounds how deep a stored value nests. */
function toStorableValue(value: unknown): unknown {
  if (typeof value === "string") return toStorableText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toStorableValue);
  return toStorableObject(value);
}

/**
 * Keys that would become equal are numbered, since a parser would keep only one of them. Numbers only grow: thousands of
 * such keys, which a hostile writer may store, take no longer than as many others.
 */
function toStorableObject(object: object): object {
  const keys = new Set(Object.keys(object).filter((key) => toStorableText(key) === key));
  const numbers = new Map<string, number>();
  const entries = Object.entries(object).map(([key, value]) => {
    const base = toStorableText(key);
    if (base === key) return [key, toStorableValue(value)];
    let storable = base;
    let number = numbers.get(base) ?? 1;
    while (keys.has(storable)) storable = `${base}${++number}`;
    numbers.set(base, number);
    keys.add(storable);
    return [storable, toStorableValue(value)];
  });
  return Object.fromEntries(entries);
}

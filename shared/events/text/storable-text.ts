import { type JsonText, toJsonText } from "#shared/events/event.ts";

const replacement = "\uFFFD";

/** Matches U+0000 and unpaired surrogates as `JSON.stringify` writes them, also after a backslash. */
const suspicious = /\\u(?:0000|d[89a-f])/;

/**
 * Returns the text with U+FFFD for each U+0000 and unpaired surrogate. Earlier releases stored both, and strict parsers
 * reject a whole body because of one of them (`isStorableText`).
 */
export function toStorableText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes("\u0000") ? wellFormed.replaceAll("\u0000", replacement) : wellFormed;
}

/** Returns JSON text with the same replacements in every text and key. It must be as `JSON.stringify` writes it. */
export function toStorableJson(text: JsonText): JsonText {
  return text.includes("\\u") && suspicious.test(text) ? toJsonText(toStorableValue(JSON.parse(text))) : text;
}

/** Recursive: stored values nest at most `maxDepth` levels. */
function toStorableValue(value: unknown): unknown {
  if (typeof value === "string") return toStorableText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toStorableValue);
  return toStorableObject(value);
}

/**
 * Numbers keys that would become equal, because a parser would keep only one of them. Numbers only grow, so that
 * thousands of such keys from a hostile writer take linear time.
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

/** Characters without a glyph: control and format characters, line separators, and default-ignorable code points. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** The same characters as ranges of code points, for validators without these Unicode properties. */
const invisibleRanges = [
  [0x0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
] as const;

/**
 * A pattern that matches an invisible character. It contains the characters themselves: Python, Go and Java agree
 * neither on Unicode properties nor on escapes beyond U+FFFF.
 */
export const invisiblePattern = `[${invisibleRanges.map((range) => range.map((code) => String.fromCodePoint(code)).join("-")).join("")}]`;

/**
 * The same without characters that sentences need: joiners (Persian, emoji), direction marks (Hebrew), variation
 * selectors.
 */
const invisibleInSentence =
  /(?!\p{Join_Control}|\p{Variation_Selector}|\u200E|\u200F|\u061C)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Whether other systems can store a text: an unpaired surrogate has no UTF-8 form (RFC 7493, section 2.1), and
 * PostgreSQL's `jsonb` rejects U+0000.
 */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

/** Whether every text and key in a JSON value is storable, at any depth. */
export function hasOnlyStorableText(value: unknown): boolean {
  const remaining: unknown[] = [value];
  while (remaining.length > 0) {
    const next = remaining.pop();
    if (typeof next === "string" && !isStorableText(next)) return false;
    if (typeof next !== "object" || next === null) continue;
    // Pushed one by one: spreading a large array into arguments would overflow the stack.
    for (const [key, inner] of Object.entries(next)) remaining.push(key, inner);
  }
  return true;
}

/** Whether an id has only visible characters, none of which changes the direction of others. */
export function isVisibleId(text: string): boolean {
  return isStorableText(text) && !invisible.test(text);
}

/** Whether a line for people has only visible characters, or joiners, direction marks and variation selectors. */
export function isVisibleLine(text: string): boolean {
  return isStorableText(text) && !invisibleInSentence.test(text);
}

/** Whether a text is an https URL, safe to use as the URL of an image: others may be scripts (`javascript:`). */
export function isHttpsUrl(text: string): boolean {
  return URL.parse(text)?.protocol === "https:";
}

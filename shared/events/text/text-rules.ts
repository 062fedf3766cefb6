/** Characters that have no glyph of their own: separators of lines, format characters and all that Unicode lets displays ignore. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** The code points of the same characters, first and last of each range, for validators that lack these properties. */
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
 * A pattern that finds an invisible character. It holds the characters themselves: Python, Go and Java agree neither on
 * Unicode properties nor on how to escape a character beyond U+FFFF.
 */
export const invisiblePattern = `[${invisibleRanges.map((range) => range.map((code) => String.fromCodePoint(code)).join("-")).join("")}]`;

/** The same without what sentences need: joiners (Persian, emoji), marks of direction (Hebrew), variation selectors. */
const invisibleInSentence =
  /(?!\p{Join_Control}|\p{Variation_Selector}|\u200E|\u200F|\u061C)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Whether a text can be passed on: half of a surrogate pair has no UTF-8 (RFC 7493, section 2.1), and PostgreSQL's
 * `jsonb` refuses U+0000.
 */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

/** Whether every text and every key inside a JSON value is storable, however deep it nests. */
export function hasOnlyStorableText(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === "string" && !isStorableText(next)) return false;
    if (typeof next !== "object" || next === null) continue;
    // One by one: as arguments, the values of a large array would exceed the stack.
    for (const [key, inner] of Object.entries(next)) left.push(key, inner);
  }
  return true;
}

/** Whether a new id is what it looks like: no character of it is invisible or turns the direction of others. */
export function isVisibleId(text: string): boolean {
  return isStorableText(text) && !invisible.test(text);
}

/** The same for a line that people read, which may hold joiners, marks of direction and variation selectors. */
export function isVisibleLine(text: string): boolean {
  return isStorableText(text) && !invisibleInSentence.test(text);
}

/** Whether clients can show a text as an image's address: anything but https may be a script (`javascript:`). */
export function isHttpsUrl(text: string): boolean {
  return URL.parse(text)?.protocol === "https:";
}

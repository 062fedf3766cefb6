/** Characters that have no glyph of their own: separators of lines, format characters and all that Unicode lets displays ignore. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

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

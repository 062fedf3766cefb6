/** The API keeps 4 KB of a response; a payload can have more. */
const maxLength = 100_000;

/** Characters that are invisible, or that reorder text (Unicode Standard Annex 9, section 2). Tabs and line ends stay. */
const hidden = /(?![\t\n\r])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Returns text of a receiver as it may be displayed: hidden characters are shown by their number, `‹U+202E›`, so that the
 * text reads as it is. JSON is indented.
 */
export function toVisibleText(text: string): string {
  const readable = indentJson(text.slice(0, maxLength).toWellFormed());
  return readable.replaceAll(hidden, (character) => {
    const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `‹U+${number}›`;
  });
}

function indentJson(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

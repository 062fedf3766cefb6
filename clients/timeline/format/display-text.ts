/** Longer texts are cut: a value of the log may have 64 KB. */
const maxLength = 300;

/**
 * Returns a text of the log as it may be displayed: on one line, without control characters and without those that reorder
 * text (Unicode Standard Annex 9, section 2), and not longer than 300 code units.
 */
export function toDisplayText(text: string): string {
  const clean = text.slice(0, maxLength * 2).replaceAll(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, " ");
  const trimmed = clean.trim();
  return trimmed.length <= maxLength ? trimmed : `${trimmed.slice(0, maxLength - 1).toWellFormed()}…`;
}

/** Returns a name of the wire in words: `due_date` as `due date`. */
export function toWords(name: string): string {
  return toDisplayText(name.replaceAll("_", " ")).toLowerCase();
}

/** Returns the text with its first letter in upper case, by the rules of a language. */
export function capitalize(text: string, language: string): string {
  const [first = "", ...rest] = text;
  return first.toLocaleUpperCase(language) + rest.join("");
}

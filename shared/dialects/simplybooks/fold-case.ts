/** Characters whose text is its own canonical and compatible form. */
const ascii = /^[\0-\x7f]*$/;

/**
 * Returns a text so that those that differ in case or in the spelling of a character are equal: `İSTANBUL` is
 * `istanbul`, and an accent may be its own character. By NFKC (Unicode Standard Annex 15), and the upper case, which
 * folds `ß` and both dotless letters; accents are kept.
 */
export function foldCase(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  const folded = text.normalize("NFKC").toUpperCase().toLowerCase();
  return folded.replaceAll("i\u0307", "i").replaceAll("ς", "σ").normalize("NFKC");
}

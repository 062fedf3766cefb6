/**
 * Characters that could rewrite a terminal, turn the direction of writing in it, or hide text: controls, and all that
 * Unicode calls format characters or ignorable. Variation selectors, which belong to emoji, and the signs that enclose
 * Arabic numbers are visible, and stay.
 */
const unsafe =
  /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]--[\ufe00-\ufe0f\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]/gv;

/** Text from elsewhere, as one line that does nothing to a terminal. */
export function printable(text: string): string {
  return text.replaceAll(unsafe, "·").toWellFormed();
}

/** The same for text of several lines: their ends stay, and tabs become blanks. */
export function printableLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => printable(line.replaceAll("\t", "  ")));
}

/** JSON of the same value, in which such characters are escaped: it can be shown, and parses to the same. */
export function printableJson(json: string): string {
  return json.replaceAll(unsafe, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/**
 * Characters that can control a terminal, change the direction of text or hide it: control, format and default-ignorable
 * characters, except variation selectors (emoji) and the visible signs around Arabic numbers.
 */
const unsafe =
  /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]--[\ufe00-\ufe0f\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]/gv;

/** Returns untrusted text as one line that is safe for a terminal. */
export function toPrintable(text: string): string {
  return text.replaceAll(unsafe, "·").toWellFormed();
}

/** Returns untrusted text as lines that are safe for a terminal. Tabs become spaces. */
export function toPrintableLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => toPrintable(line.replaceAll("\t", "  ")));
}

/** Escapes unsafe characters in JSON, which parses to the same value. */
export function toPrintableJson(json: string): string {
  return json.replaceAll(unsafe, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

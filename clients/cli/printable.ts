/** Characters that could rewrite the terminal, or turn the direction of writing in it. */
const unsafe = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text from elsewhere, as one line that does nothing to a terminal. */
export function printable(text: string): string {
  return text.replaceAll(unsafe, "·").toWellFormed();
}

/** The same for text of several lines: their ends stay, and tabs become blanks. */
export function printableLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => printable(line.replaceAll("\t", "  ")));
}

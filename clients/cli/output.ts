import { styleText } from "node:util";

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

export type TextStyle = Parameters<typeof styleText>[0];

export type TableColumn<Row> = {
  readonly title: string;
  cell(row: Row): string;
  readonly style?: (row: Row) => TextStyle;
};

const gap = "  ";
const widestColumn = 40;

/**
 * Formats rows under titles. No line is wider than `columns`: the last column is cut. `styleText` adds colours only if
 * stdout is a terminal that supports them.
 */
export function formatTable<Row>(
  shape: readonly TableColumn<Row>[],
  rows: readonly Row[],
  columns: number | null,
): string {
  const texts = rows.map((row) => shape.map(({ cell }) => toPrintable(cell(row))));
  const last = shape.length - 1;
  const widths = shape.map(({ title }, at) => {
    const widest = Math.max(title.length, ...texts.map((cells) => widthOf(cells[at] ?? "")));
    return columns === null ? widest : Math.min(widest, widestColumn);
  });
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + gap.length, 0);
  const maxWidthOf = (at: number) => {
    if (columns === null) return null;
    return at === last ? Math.max(columns - before, 10) : (widths[at] ?? 0);
  };
  const line = (cells: readonly string[], style: (at: number) => TextStyle | undefined) =>
    cells
      .map((text, at) => {
        const maxWidth = maxWidthOf(at);
        const shown = maxWidth === null ? text : cut(text, maxWidth);
        const padding = at === last ? "" : " ".repeat(Math.max(0, (widths[at] ?? 0) - widthOf(shown)));
        const chosen = style(at);
        return `${chosen === undefined ? shown : styleText(chosen, shown)}${padding}`;
      })
      .join(gap)
      .trimEnd();
  const titles = line(
    shape.map(({ title }) => title),
    () => "bold",
  );
  return [titles, ...texts.map((cells, row) => line(cells, (at) => styleOf(shape[at], rows[row])))].join("\n");
}

function styleOf<Row>(column: TableColumn<Row> | undefined, row: Row | undefined): TextStyle | undefined {
  return row === undefined ? undefined : column?.style?.(row);
}

const graphemes = new Intl.Segmenter();
const wide = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}/u;

/** Most cells: each character is one column wide, which avoids splitting thousands of cells into graphemes. */
const plain = /^[\x20-\x7e]*$/;

const widthOfGrapheme = (grapheme: string) => (wide.test(grapheme) ? 2 : 1);

function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

function cut(text: string, maxWidth: number): string {
  if (widthOf(text) <= maxWidth) return text;
  let kept = "";
  let width = 1;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOfGrapheme(segment);
    if (width > maxWidth) break;
    kept += segment;
  }
  return `${kept}…`;
}

export type KeyValue = readonly [name: string, text: string, style?: TextStyle];

/** Formats pairs as lines: the name, then the value. */
export function formatKeyValues(all: readonly KeyValue[]): string {
  const width = Math.max(...all.map(([name]) => name.length));
  return all
    .map(([name, text, style]) => {
      const shown = toPrintable(text);
      return `${name.padEnd(width)}  ${style === undefined ? shown : styleText(style, shown)}`.trimEnd();
    })
    .join("\n");
}

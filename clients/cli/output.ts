import { styleText } from "node:util";
import { toPrintable } from "#shared/platform/text/printable.ts";

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

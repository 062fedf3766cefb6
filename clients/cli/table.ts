import { styleText } from "node:util";
import { printable } from "./printable.ts";

export type Style = Parameters<typeof styleText>[0];

export type Column<Row> = {
  readonly title: string;
  cell(row: Row): string;
  readonly style?: (row: Row) => Style;
};

const gap = "  ";
const widestColumn = 40;

/**
 * Writes rows under titles. Where a terminal shows them, no line is wider than `columns`: the last column gives way.
 * Colours are used only where stdout is a terminal that wants them.
 */
export function table<Row>(shape: readonly Column<Row>[], rows: readonly Row[], columns: number | null): string {
  const texts = rows.map((row) => shape.map(({ cell }) => printable(cell(row))));
  const last = shape.length - 1;
  const widths = shape.map(({ title }, at) => {
    const widest = Math.max(title.length, ...texts.map((cells) => widthOf(cells[at] ?? "")));
    return columns === null ? widest : Math.min(widest, widestColumn);
  });
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + gap.length, 0);
  const roomOf = (at: number) => {
    if (columns === null) return null;
    return at === last ? Math.max(columns - before, 10) : (widths[at] ?? 0);
  };
  const line = (cells: readonly string[], style: (at: number) => Style | undefined) =>
    cells
      .map((text, at) => {
        const room = roomOf(at);
        const shown = room === null ? text : cut(text, room);
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

function styleOf<Row>(column: Column<Row> | undefined, row: Row | undefined): Style | undefined {
  return row === undefined ? undefined : column?.style?.(row);
}

const graphemes = new Intl.Segmenter();
const wide = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}/u;

/** What most cells are: each character is one column, and thousands of rows need no search for graphemes. */
const plain = /^[\x20-\x7e]*$/;

const widthOfGrapheme = (grapheme: string) => (wide.test(grapheme) ? 2 : 1);

function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let kept = "";
  let width = 1;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOfGrapheme(segment);
    if (width > room) break;
    kept += segment;
  }
  return `${kept}…`;
}

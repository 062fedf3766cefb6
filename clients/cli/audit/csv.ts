type Cell = string | number | null;

export type CsvOptions = {
  /** What is done to each text first: on a terminal, what makes it harmless there. */
  readonly show?: (text: string) => string;
};

/** Excel on Windows takes a file without it for its own code page. */
const byteOrderMark = "\ufeff";

/** Where a spreadsheet may begin another cell: a semicolon separates cells in many countries, as a tab does. */
const separator = /([;\t\r\n])/;

/** What it may skip before a formula: white space, control and invisible characters, and quotes. */
const skipped = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}"]*/u;

/**
 * Writes a table as CSV (RFC 4180), for a spreadsheet: with a byte order mark, and with an apostrophe before a text that
 * it would take for a formula. See "CSV Injection" of OWASP.
 */
export function csv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, Cell>>[],
  { show = (text) => text }: CsvOptions = {},
): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column] ?? null, show)));
  return (
    byteOrderMark + [columns.map((column) => cell(column, show)), ...lines].map((cells) => cells.join(",")).join("\r\n")
  );
}

function cell(value: Cell, show: (text: string) => string): string {
  if (value === null) return "";
  if (typeof value === "number" || /^-?\d+(\.\d+)?$/.test(value)) return String(value);
  const safe = withoutFormulas(show(value));
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** OWASP names `=`, `+`, `-`, `@`, tab, carriage return, line feed, and full-width forms, which NFKC makes the plain ones. */
function withoutFormulas(text: string): string {
  const parts = text.split(separator).map((part) => (isFormula(part) ? `'${part}` : part));
  return /^[\t\r\n]/.test(text) ? `'${parts.join("")}` : parts.join("");
}

function isFormula(part: string): boolean {
  return /^[=+\-@]/.test(part.replace(skipped, "").slice(0, 1).normalize("NFKC"));
}

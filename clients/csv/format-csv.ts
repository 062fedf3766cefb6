export type CsvCell = string | number | null;

export type CsvOptions = {
  /** Converts each text first, for example to make it safe for a terminal. */
  readonly show?: (text: string) => string;
};

/** Without it, Excel on Windows reads the file in its own code page. */
export const byteOrderMark = "\ufeff";

/** Characters that may begin another cell: in many countries, a semicolon separates cells. */
const separator = /([;\t\r\n])/;

/** Characters that may be skipped before a formula: white space, invisible characters, quotes. */
const skipped = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}"]*/u;

/**
 * Formats a table as CSV (RFC 4180) with a byte order mark. Texts that a spreadsheet would run as a formula get an
 * apostrophe (OWASP, "CSV Injection").
 */
export function formatCsv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, CsvCell>>[],
  options: CsvOptions = {},
): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? null));
  return byteOrderMark + [columns, ...lines].map((cells) => formatCsvLine(cells, options)).join("\r\n");
}

/** Formats one line of a table, without its end, by the rules of `formatCsv`: for tables that are written as they are read. */
export function formatCsvLine(cells: readonly CsvCell[], { show = (text) => text }: CsvOptions = {}): string {
  return cells.map((cell) => formatCell(cell, show)).join(",");
}

function formatCell(value: CsvCell, show: (text: string) => string): string {
  if (value === null) return "";
  if (typeof value === "number" || /^-?\d+(\.\d+)?$/.test(value)) return String(value);
  const safe = withoutFormulas(show(value));
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** OWASP lists `=`, `+`, `-`, `@`, tab, carriage return, line feed, and full-width forms, which NFKC makes the plain ones. */
function withoutFormulas(text: string): string {
  const parts = text.split(separator).map((part) => (isFormula(part) ? `'${part}` : part));
  return /^[\t\r\n]/.test(text) ? `'${parts.join("")}` : parts.join("");
}

function isFormula(part: string): boolean {
  return /^[=+\-@]/.test(part.replace(skipped, "").slice(0, 1).normalize("NFKC"));
}

/**
 * Writes a table as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe in front: see
 * "CSV Injection" of OWASP.
 */
export function csv(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string | number | null>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column] ?? null)));
  return [columns.map(cell), ...lines].map((cells) => cells.join(",")).join("\r\n");
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number" || /^-?\d+(\.\d+)?$/.test(value)) return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

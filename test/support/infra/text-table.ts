/** Formats rows as lines with aligned columns. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(width(column) + 2)).join("");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
}

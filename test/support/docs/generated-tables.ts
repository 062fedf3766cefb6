/**
 * Returns a page with its generated tables renewed: what is between `<!-- table: NAME -->` and `<!-- end -->`. Throws if the
 * page lacks one of the tables or has an unknown one.
 */
export function renewTables(page: string, tables: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(tables));
  const renewed = page.replaceAll(/<!-- table: ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`No table is called ${name}.`);
    missing.delete(name);
    return `<!-- table: ${name} -->\n\n${table}\n\n<!-- end -->`;
  });
  if (missing.size > 0) throw new Error(`The page lacks the tables ${[...missing].join(", ")}.`);
  return renewed;
}

/** Renders a table of Markdown. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

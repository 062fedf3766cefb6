import { styleText } from "node:util";
import { printable } from "./printable.ts";
import type { Style } from "./table.ts";

export type Fact = readonly [name: string, text: string, style?: Style];

/** Tells of one thing: a line for each fact, behind its name. */
export function facts(all: readonly Fact[]): string {
  const width = Math.max(...all.map(([name]) => name.length));
  return all
    .map(([name, text, style]) => {
      const shown = printable(text);
      return `${name.padEnd(width)}  ${style === undefined ? shown : styleText(style, shown)}`.trimEnd();
    })
    .join("\n");
}

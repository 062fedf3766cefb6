import { styleText } from "node:util";
import { toPrintable } from "./printable.ts";
import type { TextStyle } from "./table.ts";

export type KeyValue = readonly [name: string, text: string, style?: TextStyle];

/** Tells of one thing: a line for each fact, behind its name. */
export function keyValueList(all: readonly KeyValue[]): string {
  const width = Math.max(...all.map(([name]) => name.length));
  return all
    .map(([name, text, style]) => {
      const shown = toPrintable(text);
      return `${name.padEnd(width)}  ${style === undefined ? shown : styleText(style, shown)}`.trimEnd();
    })
    .join("\n");
}

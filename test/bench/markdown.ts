import type { Measure } from "./measure.ts";

/** Where and when a section was measured. */
export type Measurement = { readonly date: string; readonly commit: string; readonly machine: string };

/** Renders the measures of a section as they are in docs/benchmarks.md. */
export function toMarkdown(measures: readonly Measure[], { date, commit, machine }: Measurement): string {
  const rows = measures.map((one) => {
    const { name, passes } = one;
    return `| ${name} | ${formatValue(one)} | ${formatBudget(one)} | ${formatBaseline(one)} | ${passes ? "yes" : "**no**"} |`;
  });
  return [
    `Measured on ${date} at commit ${commit}: ${machine}.`,
    "",
    "| measure | value | budget | baseline | within budget |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/**
 * Returns the page with the text of one section replaced: what is between `<!-- bench: NAME -->` and `<!-- end -->`. Throws
 * if the page does not have the section.
 */
export function renewSection(page: string, section: string, text: string): string {
  const [before, rest] = split(page, `<!-- bench: ${section} -->`);
  const [, after] = split(rest, "<!-- end -->");
  return `${before}<!-- bench: ${section} -->\n\n${text}\n\n<!-- end -->${after}`;
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`docs/benchmarks.md has no ${mark}.`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function formatValue({ value, unit }: Measure): string {
  return unit === "ratio" ? `${value.toFixed(2)} ×` : `${Math.round(value).toLocaleString("en-US")} ${unit}`;
}

/** A value above its budget that passes has a minimum, as does one below it that does not. */
function formatBudget({ value, budget, passes, unit }: Measure): string {
  const isMinimum = value !== budget && value > budget === passes;
  return `at ${isMinimum ? "least" : "most"} ${budget.toLocaleString("en-US")}${unit === "ratio" ? "" : ` ${unit}`}`;
}

function formatBaseline({ baseline, unit }: Measure): string {
  return Number.isNaN(baseline) ? "" : `${baseline.toFixed(2)} ${unit === "units" ? "units" : "ms"}`;
}

import { describe, expect, it } from "vitest";
import { renewSection, toMarkdown } from "#test/bench/markdown.ts";
import type { Measure } from "#test/bench/measure.ts";
import { sectionNames } from "#test/bench/sections.ts";
import { readPage } from "#test/support/docs/pages.ts";

const aMeasure = (over: Partial<Measure> = {}): Measure => ({
  name: "a page",
  value: 1.176,
  budget: 1.15,
  passes: false,
  baseline: 1.512,
  samples: 100,
  unit: "ratio",
  notes: [],
  ...over,
});

const measurement = { date: "2026-11-30", commit: "0123abcd", machine: "2 cores, Node 24.21.0" };

const rowOf = (over: Partial<Measure>) =>
  toMarkdown([aMeasure(over)], measurement)
    .split("\n")
    .at(-1);

describe("toMarkdown", () => {
  it("returns where and when the section was measured, and a row for each measure", () => {
    expect(
      toMarkdown([aMeasure()], measurement),
    ).toBe(`Measured on 2026-11-30 at commit 0123abcd: 2 cores, Node 24.21.0.

| measure | value | budget | baseline | within budget |
| --- | --- | --- | --- | --- |
| a page | 1.18 × | at most 1.15 | 1.51 ms | **no** |`);
  });

  it("returns a minimum when a value above its budget passes, or one below it does not", () => {
    expect(rowOf({ value: 0.96, budget: 0.85, passes: true })).toContain("| at least 0.85 |");
    expect(rowOf({ value: 0.59, budget: 0.6, passes: false })).toContain("| at least 0.6 |");
    expect(rowOf({ value: 0.97, budget: 1.15, passes: true })).toContain("| at most 1.15 |");
  });

  it("returns the unit of a count, and no baseline when the value has none", () => {
    expect(rowOf({ value: 2013, budget: 5000, passes: true, unit: "ms", baseline: Number.NaN })).toBe(
      "| a page | 2,013 ms | at most 5,000 ms |  | yes |",
    );
  });
});

describe("renewSection", () => {
  const page =
    "# Title\n\n<!-- bench: log -->\nold\n<!-- end -->\n\ntext\n\n<!-- bench: sending -->\nkept\n<!-- end -->\n";

  it("returns the page with only that section replaced", () => {
    expect(renewSection(page, "log", "new")).toBe(page.replace("\nold\n", "\n\nnew\n\n"));
  });

  it("throws when the page does not have the section", () => {
    expect(() => renewSection(page, "cold-start", "new")).toThrow("has no <!-- bench: cold-start -->");
  });

  it.each(sectionNames)("finds the section %s in docs/benchmarks.md", (name) => {
    expect(renewSection(readPage("docs/benchmarks.md"), name, "new")).toContain(`<!-- bench: ${name} -->\n\nnew\n`);
  });
});

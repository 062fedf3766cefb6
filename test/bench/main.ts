import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process, { argv, exit, stderr, stdout } from "node:process";
import { parseArgs, styleText } from "node:util";
import { setEnvironment } from "#test/support/vitest/environment.ts";
import { renewSection, toMarkdown } from "./markdown.ts";
import type { Measure } from "./measure.ts";
import { runSection } from "./section-process.ts";
import { isSection, type SectionName, sectionNames } from "./sections.ts";

const usage = `npm run bench -- [SECTION...] [--json FILE] [--markdown] [--full]

Measures the deployed bundles on DynamoDB Local, each figure compared with a baseline in the same run.
  SECTION      runs only these sections: ${sectionNames.join(", ")}
  --json FILE  writes {measures:[{name, value, budget, passes, baseline, samples}]}
  --markdown   writes the tables of the sections that ran into docs/benchmarks.md
  --full       uses a log of 1,000,000 events instead of 100,000
Exit code: 0 if all measures are within their budget, 1 if one is not, 2 for an unknown section.
`;

const { values: options, positionals: named } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    json: { type: "string" },
    markdown: { type: "boolean" },
    full: { type: "boolean" },
    help: { type: "boolean" },
  },
});
if (options.help) {
  stdout.write(usage);
  exit(0);
}
for (const name of named.filter((each) => !isSection(each))) {
  stderr.write(`Unknown section '${name}'. Sections: ${sectionNames.join(", ")}.\n`);
  exit(2);
}
const chosen = sectionNames.filter((name) => named.length === 0 || named.includes(name));

let shown = "";

/** Shows progress: on a terminal on one line, elsewhere a line per change. */
function step(text: string): void {
  if (text === shown) return;
  shown = text;
  stderr.write(stderr.isTTY ? `\r\u001b[K${text} …` : `${text} …\n`);
}

function report(lines: readonly Measure[]): void {
  step("");
  const width = Math.max(...lines.map(({ name }) => name.length));
  for (const { name, value, budget, passes, baseline, unit, samples, notes } of lines) {
    const result = passes ? styleText("green", "PASS") : styleText("red", "FAIL");
    const figure = unit === "ratio" ? `${value.toFixed(3)} ×` : `${value} ${unit}`;
    const comparison = Number.isNaN(baseline) ? "" : `  baseline ${baseline.toFixed(2)}`;
    const facts = `${figure.padStart(9)}  budget ${budget.toFixed(2)}${comparison}  n ${samples}`;
    stdout.write(`${result} ${name.padEnd(width)} ${facts}${notes.map((note) => `  (${note})`).join("")}\n`);
  }
}

// All temporary files of the run are created in one folder, which is deleted at the end.
const folder = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
setEnvironment({ TMPDIR: folder });

/** Writes the measures into their sections of the page. */
function writePage(results: ReadonlyMap<SectionName, readonly Measure[]>): void {
  const file = join(import.meta.dirname, "../../docs/benchmarks.md");
  const commit = execFileSync("git", ["rev-parse", "--short=8", "HEAD"], { encoding: "utf8" }).trim();
  const machine = `${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
  const measurement = { date: new Date().toISOString().slice(0, 10), commit, machine };
  const renewed = [...results].reduce(
    (page, [name, lines]) => renewSection(page, name, toMarkdown(lines, measurement)),
    readFileSync(file, "utf8"),
  );
  writeFileSync(file, renewed);
}

const results = new Map<SectionName, readonly Measure[]>();
try {
  const run = { events: options.full ? 1_000_000 : 100_000, step };
  for (const name of chosen) results.set(name, await runSection(name, run));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const measures = [...results.values()].flat();
report(measures);
if (options.markdown) writePage(results);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ measures }, null, 2)}\n`);
exit(measures.every(({ passes }) => passes) ? 0 : 1);

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { parseArgs, styleText } from "node:util";
import { setEnvironment } from "#test/support/vitest/environment.ts";
import type { Measure } from "./measure.ts";
import { runSection } from "./section-process.ts";
import { isSection, sectionNames } from "./sections.ts";

const usage = `npm run bench -- [SECTION...] [--json FILE] [--full]

Measures the deployed bundles on DynamoDB Local, each figure compared with a baseline in the same run.
  SECTION      runs only these sections: ${sectionNames.join(", ")}
  --json FILE  writes {measures:[{name, value, budget, passes, baseline, samples}]}
  --full       uses a log of 1,000,000 events instead of 100,000
Exit code: 0 if all measures are within their budget, 1 if one is not, 2 for an unknown section.
`;

const { values: options, positionals: named } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: { json: { type: "string" }, full: { type: "boolean" }, help: { type: "boolean" } },
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

const measures: Measure[] = [];
try {
  const run = { events: options.full ? 1_000_000 : 100_000, step };
  for (const name of chosen) measures.push(...(await runSection(name, run)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

report(measures);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ measures }, null, 2)}\n`);
exit(measures.every(({ passes }) => passes) ? 0 : 1);

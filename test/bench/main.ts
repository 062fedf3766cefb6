import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { parseArgs, styleText } from "node:util";
import { setEnvironment } from "#test/support/environment.ts";
import type { Measure } from "./measure.ts";
import { runSection } from "./section-process.ts";
import { isSection, sectionNames } from "./sections.ts";

const usage = `npm run bench -- [SECTION...] [--json FILE] [--full]

Measures the product on the real engine, each figure against a baseline in the same run: all sections, or those named.
  SECTION      ${sectionNames.join(", ")}
  --json FILE  writes {measures:[{name, value, bar, holds, baseline, samples}]}
  --full       a log of a million events instead of a hundred thousand
Exit code: 0 when every bar holds, 1 when one does not, 2 for a section that there is none of.
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
  stderr.write(`There is no section '${name}': there are ${sectionNames.join(", ")}.\n`);
  exit(2);
}
const chosen = sectionNames.filter((name) => named.length === 0 || named.includes(name));

let shown = "";

/** Progress, on one line of a terminal; elsewhere a line whenever it has changed. */
function step(text: string): void {
  if (text === shown) return;
  shown = text;
  stderr.write(stderr.isTTY ? `\r\u001b[K${text} …` : `${text} …\n`);
}

function report(lines: readonly Measure[]): void {
  step("");
  const width = Math.max(...lines.map(({ name }) => name.length));
  for (const { name, value, bar, holds, baseline, unit, samples, notes } of lines) {
    const verdict = holds ? styleText("green", "holds ") : styleText("red", "misses");
    const figure = unit === "ratio" ? `${value.toFixed(3)} ×` : `${value} ${unit}`;
    const beside = Number.isNaN(baseline) ? "" : `  baseline ${baseline.toFixed(2)}`;
    const facts = `${figure.padStart(9)}  bar ${bar.toFixed(2)}${beside}  n ${samples}`;
    stdout.write(`${verdict} ${name.padEnd(width)} ${facts}${notes.map((note) => `  (${note})`).join("")}\n`);
  }
}

// Bundles and probes of this run go into one folder, which goes with it.
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
exit(measures.every(({ holds }) => holds) ? 0 : 1);

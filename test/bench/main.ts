import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { parseArgs, styleText } from "node:util";
import { dynamoClient } from "../../shared/store/client.ts";
import { eventStore } from "../../shared/store/events.ts";
import { setEnvironment } from "../support/environment.ts";
import { slugOf, startEngine } from "./engine.ts";
import { fill } from "./events.ts";
import { measureListings } from "./listing.ts";
import type { Measure } from "./measure.ts";
import { measureDepth, measurePages, measureReadUnits, measureSizes, Reader } from "./reading.ts";
import { measureSending } from "./sending.ts";
import { measureStart } from "./starting.ts";
import { measureTelling } from "./telling.ts";
import { measureIngest, measureWriteUnits } from "./writing.ts";

const usage = `npm run bench -- [--json FILE] [--full]

Measures the product on the real engine, each figure against a baseline in the same run.
  --json FILE  writes {measures:[{name, value, bar, holds, baseline, samples}]}
  --full       a log of a million events instead of a hundred thousand
Exit code: 0 when every bar holds, 1 when one does not.
`;

const { values: options } = parseArgs({
  args: argv.slice(2),
  options: { json: { type: "string" }, full: { type: "boolean" }, help: { type: "boolean" } },
});
if (options.help) {
  stdout.write(usage);
  exit(0);
}

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
    print(`${verdict} ${name.padEnd(width)} ${facts}${notes.map((note) => `  (${note})`).join("")}\n`);
  }
}

const small = { org: "org_small", events: 1_100 };
const large = { org: "org_large", events: options.full ? 1_000_000 : 100_000 };

// The functions log to the standard output, which is for the report here.
const print = stdout.write.bind(stdout);
stdout.write = () => true;

// Bundles and probes of this run go into one folder, which goes with it.
const folder = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
setEnvironment({ TMPDIR: folder });

const measures: Measure[] = [];
try {
  step("Starting the engine");
  measures.push(...(await measureLog()));
  step("Sending webhooks");
  measures.push(...(await measureSending()), ...(await measureTelling(step)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

report(measures);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ measures }, null, 2)}\n`);
exit(measures.every(({ holds }) => holds) ? 0 : 1);

/** What reading and writing the log costs, on the bare engine. */
async function measureLog(): Promise<Measure[]> {
  const engine = await startEngine();
  try {
    const store = eventStore(dynamoClient(), engine.table);
    for (const { org, events } of [small, large]) {
      await fill(store, org, events, (share) => step(`Writing ${events} events: ${Math.round(share * 100)} %`));
    }
    const tokens = await engine.tokens([small.org, large.org], 40);
    const reader = await Reader.load(tokens);
    step("Reading pages");
    const lines = await measurePages(reader, small.org);
    step("Reading pages by number");
    const place = (org: string) => ({ org, slug: slugOf(org) });
    lines.push(...(await measureListings(tokens, place(small.org), place(large.org))));
    step("Reading a long log");
    lines.push(...(await measureSizes(engine, reader, small.org, large.org)));
    lines.push(...(await measureDepth(reader, large.org)));
    lines.push(...(await measureReadUnits(engine, large.org)));
    step("Writing");
    lines.push(...(await measureIngest(engine)), ...(await measureWriteUnits(engine)));
    step("Starting functions");
    lines.push(...(await measureStart(engine, small.org, tokens[0] ?? "")));
    return lines;
  } finally {
    await engine.stop();
  }
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { environment, useUtc } from "#infra/local/environment.ts";
import { synthesize } from "#infra/local/synthesize.ts";
import { parseOptions, type SoakOptions, usage } from "./options.ts";
import { report } from "./report.ts";
import { soak } from "./soak.ts";

const newSeed = () => Math.floor(Math.random() * 2 ** 32);

try {
  const options = parseOptions(argv.slice(2), newSeed);
  if (options === undefined) stdout.write(usage);
  else exit(await run(options));
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  exit(1);
}

/** Runs the soak test and returns the exit code. */
async function run(options: SoakOptions): Promise<number> {
  useUtc();
  const folder = mkdtempSync(join(tmpdir(), "activity-log-soak-"));
  stdout.write(`Seed ${options.seed}: npm run soak -- --seconds ${options.seconds} --seed ${options.seed}`);
  stdout.write(` --writers ${options.writers}\n`);
  const assembly = join(folder, "cdk.out");
  await synthesize({ project: resolve(import.meta.dirname, "../.."), assembly, environment });
  const outcome = await soak({ ...options, assembly, folder, progress: (text) => stderr.write(`${text} …\n`) });
  stdout.write(report(outcome));
  const passed = outcome.checkResults.every(({ problems }) => problems.length === 0);
  if (passed) rmSync(folder, { recursive: true, force: true });
  else stdout.write(`The logs are in ${join(folder, "logs")}.\n`);
  return passed ? 0 : 1;
}

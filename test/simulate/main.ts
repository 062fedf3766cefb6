import { resolve } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { envVars } from "#shared/platform/env-vars.ts";
import { simulateDeliveries } from "./deliveries.ts";
import { simulateImports } from "./imports.ts";
import { parseOptions, usage } from "./options.ts";
import { formatChecks, passes } from "./report.ts";
import { getNumberVariable, prodTemplate, queueConsumer } from "./stage-settings.ts";

const newSeed = () => Math.floor(Math.random() * 2 ** 32);

try {
  const options = parseOptions(argv.slice(2), newSeed);
  if (options === undefined) stdout.write(usage);
  else exit(await run(options.seed));
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  exit(1);
}

/** Returns the exit code. */
async function run(seed: number): Promise<number> {
  stdout.write(`Seed ${seed}: npm run simulate -- --seed ${seed}\n`);
  const progress = (text: string) => stderr.write(`${text} …\n`);
  progress("Synthesizing the stage prod");
  const template = await prodTemplate(resolve(import.meta.dirname, "../.."));
  const runs = [
    simulateImports({ seed, ...queueConsumer(template, "IngestQueue") }, progress),
    await simulateDeliveries(
      {
        seed,
        fast: queueConsumer(template, "WebhooksDeliveriesQueue"),
        slow: queueConsumer(template, "WebhooksDeliveriesSlowDeliveriesQueue"),
        sendsPerOrg: getNumberVariable(template, envVars.sendsPerOrg),
      },
      progress,
    ),
  ];
  const checks = runs.flatMap((result) => result.checks);
  stdout.write(`\n${runs.map(({ table }) => table).join("\n")}\n${formatChecks(checks)}`);
  return checks.every(passes) ? 0 : 1;
}

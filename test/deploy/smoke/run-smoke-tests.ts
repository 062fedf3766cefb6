import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { endOf, run } from "#test/deploy/programs.ts";
import { expectedFailures } from "./expected-failures.ts";
import { parseTestReport, type SmokeTestResult, unexpectedResults } from "./test-report.ts";

type Options = {
  /** The root of the repository. */
  readonly root: string;
  readonly stack: string;
  readonly variables: Readonly<Record<string, string>>;
  /** A folder for logs and reports. */
  readonly folder: string;
};

/**
 * Runs the smoke tests and the tests of the deployment check against the deployed stack. Returns a summary. Throws unless
 * exactly the expected tests fail.
 */
export async function runSmokeTests({ root, stack, variables, folder }: Options): Promise<string> {
  const runTests = async (name: string, command: string, ...args: string[]): Promise<SmokeTestResult[]> => {
    const report = join(folder, `${name}.json`);
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const program = {
      title: `Tests: ${name}`,
      command,
      args: [...args, ...reporters, "--testTimeout=180000", "--hookTimeout=180000"],
      variables: { ...variables, TARGET: "deployed", STACK: stack },
      log: join(folder, `${name}.log`),
      timeoutMs: 600_000,
    };
    // Vitest exits with 1 if a test fails, which may be an expected failure.
    await run(program, [0, 1]);
    if (!existsSync(report)) throw new Error(`${program.title}: no report.\n${await endOf(program.log)}`);
    return parseTestReport(await readFile(report, "utf8"), root);
  };
  const results = [
    ...(await runTests("smoke", "npm", "run", "smoke", "--")),
    ...(await runTests("pipeline", "vitest", "run", "--config", "test/deploy/vitest.config.ts")),
  ];
  const unexpected = unexpectedResults(results, expectedFailures);
  if (unexpected.length > 0) throw new Error(`Smoke tests of the deployed stack:\n${unexpected.join("\n")}`);
  const failed = Object.keys(expectedFailures).length;
  return `${results.length - failed} of ${results.length} smoke tests pass, ${failed} fail because of the emulator`;
}

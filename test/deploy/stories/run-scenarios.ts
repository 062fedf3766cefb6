import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { endOf, run } from "#test/deploy/programs.ts";
import { expectedFailures } from "./expected-failures.ts";
import { parseStories, type Story, surprises } from "./stories.ts";

type Options = {
  /** The root of the repository. */
  readonly root: string;
  readonly stack: string;
  readonly variables: Readonly<Record<string, string>>;
  /** A folder for logs and reports. */
  readonly folder: string;
};

/**
 * Tells the smoke stories, and those of the deployment check, to the deployed stack. Gives a summary. Throws unless
 * exactly the expected ones fail.
 */
export async function tellStories({ root, stack, variables, folder }: Options): Promise<string> {
  const tell = async (name: string, command: string, ...args: string[]): Promise<Story[]> => {
    const report = join(folder, `${name}.json`);
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const program = {
      title: `The stories of ${name}`,
      command,
      args: [...args, ...reporters, "--testTimeout=180000", "--hookTimeout=180000"],
      variables: { ...variables, TARGET: "deployed", STACK: stack },
      log: join(folder, `${name}.log`),
      timeoutMs: 600_000,
    };
    // Vitest ends with 1 where a story fails, which may be an expected one.
    await run(program, [0, 1]);
    if (!existsSync(report)) throw new Error(`${program.title}: no report.\n${await endOf(program.log)}`);
    return parseStories(await readFile(report, "utf8"), root);
  };
  const stories = [
    ...(await tell("smoke", "npm", "run", "smoke", "--")),
    ...(await tell("pipeline", "vitest", "run", "--config", "test/deploy/vitest.config.ts")),
  ];
  const unexpected = surprises(stories, expectedFailures);
  if (unexpected.length > 0) throw new Error(`The stories told to the deployed stack:\n${unexpected.join("\n")}`);
  const failed = Object.keys(expectedFailures).length;
  return `${stories.length - failed} of ${stories.length} stories pass, ${failed} fail through the emulator`;
}

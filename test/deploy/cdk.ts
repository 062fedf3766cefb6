import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { account, region } from "./emulator/emulator.ts";
import { run } from "./programs.ts";

type Options = {
  /** The root of the repository. */
  readonly root: string;
  /** The cloud assembly to work with. */
  readonly assembly: string;
  readonly variables: Readonly<Record<string, string>>;
  /** A folder for logs. */
  readonly logs: string;
};

/** Commands of the CDK. Each throws with the output of the CDK if it fails. */
export type Cdk = {
  bootstrap(): Promise<void>;
  deploy(stack: string): Promise<void>;
  /** Deploys again, and throws if that changes anything. */
  deployUnchanged(stack: string): Promise<void>;
  destroy(stack: string): Promise<void>;
};

/** Creates the commands of the real CDK command line for an existing assembly. */
export function createCdk({ root, assembly, variables, logs }: Options): Cdk {
  let runs = 0;
  const cdk = async (command: string, ...args: string[]) => {
    runs += 1;
    const log = join(logs, `cdk-${runs}-${command}.log`);
    await run({
      title: `cdk ${command}`,
      command: join(root, "node_modules/.bin/cdk"),
      args: [command, "--no-notices", "--app", assembly, ...args],
      variables,
      log,
      timeoutMs: 300_000,
    });
    return readFile(log, "utf8");
  };
  const deploy = (stack: string) => cdk("deploy", stack, "--require-approval", "never");
  return {
    bootstrap: async () => void (await cdk("bootstrap", `aws://${account}/${region}`)),
    deploy: async (stack) => void (await deploy(stack)),
    deployUnchanged: async (stack) => {
      const output = await deploy(stack);
      if (!output.includes("(no changes)")) throw new Error(`A second deployment changes something:\n${output}`);
    },
    destroy: async (stack) => void (await cdk("destroy", stack, "--force")),
  };
}

import { parseArgs } from "node:util";
import { isStageName, type Stage, type StageName, stackName, stageNames } from "#infra/config.ts";

/** A program to run, with environment variables in addition to the inherited ones. */
export type ProgramCommand = {
  readonly program: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};

export type StageTask = {
  readonly command: "deploy" | "diff";
  readonly stage: StageName;
  /** Arguments that are passed to the CDK unchanged. */
  readonly cdkArgs: readonly string[];
};

/** Parses the arguments of `deploy` or `diff`: a stage, and arguments for the CDK after `--`. Throws with a usage text. */
export function parseStageTask([command, ...args]: readonly string[]): StageTask {
  if (command !== "deploy" && command !== "diff") throw new Error("Choose deploy or diff.");
  const end = args.indexOf("--");
  const stageArgs = end === -1 ? args : args.slice(0, end);
  const cdkArgs = end === -1 ? [] : args.slice(end + 1);
  return { command, stage: parseStage(command, stageArgs), cdkArgs };
}

function parseStage(command: string, args: string[]): StageName {
  const { values } = parseArgs({ args, options: { stage: { type: "string" } } });
  if (isStageName(values.stage)) return values.stage;
  const problem = values.stage === undefined ? "Stage missing" : `Unknown stage '${values.stage}'`;
  throw new Error(`${problem}. Run npm run ${command} -- --stage ${stageNames.join("|")}`);
}

/** Returns the command that runs the CDK for the stack of a stage. */
export function cdkCommand(command: StageTask["command"], stage: StageName, args: readonly string[]): ProgramCommand {
  return {
    program: "node_modules/.bin/cdk",
    args: [command, stackName(stage), "-c", `stage=${stage}`, ...args],
    variables: {},
  };
}

/** Returns the command that runs the smoke test against the deployed stack of a stage. */
export function smokeTest(name: StageName, { region }: Stage): ProgramCommand {
  const variables = { TARGET: "deployed", STACK: stackName(name), ...(region !== null && { AWS_REGION: region }) };
  return { program: "npm", args: ["run", "smoke"], variables };
}

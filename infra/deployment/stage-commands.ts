import { parseArgs } from "node:util";
import { isStageName, type Stage, type StageName, stackName, stageNames } from "#infra/config.ts";

/** A program to run, and the variables that it gets besides the inherited ones. */
export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};

export type StageTask = {
  readonly verb: "deploy" | "diff";
  readonly stage: StageName;
  /** What the CDK gets as it is. */
  readonly forCdk: readonly string[];
};

/** Reads the arguments of `deploy` or `diff`: a stage, and for the CDK what follows `--`. Throws with what to write instead. */
export function parseStageTask([verb, ...args]: readonly string[]): StageTask {
  if (verb !== "deploy" && verb !== "diff") throw new Error("Choose deploy or diff.");
  const end = args.indexOf("--");
  const [own, forCdk] = end === -1 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  return { verb, stage: givenStage(verb, own), forCdk };
}

function givenStage(verb: string, args: string[]): StageName {
  const { values } = parseArgs({ args, options: { stage: { type: "string" } } });
  if (isStageName(values.stage)) return values.stage;
  const fault = values.stage === undefined ? "Name a stage" : `There is no stage '${values.stage}'`;
  throw new Error(`${fault}: npm run ${verb} -- --stage ${stageNames.join("|")}`);
}

/** The CDK's command for the stack of a stage. */
export function cdkCommand(verb: StageTask["verb"], stage: StageName, args: readonly string[]): Command {
  return {
    program: "node_modules/.bin/cdk",
    args: [verb, stackName(stage), "-c", `stage=${stage}`, ...args],
    variables: {},
  };
}

/** The smoke test against the deployed stack of a stage. */
export function smokeTest(name: StageName, { region }: Stage): Command {
  const variables = { TARGET: "deployed", STACK: stackName(name), ...(region !== null && { AWS_REGION: region }) };
  return { program: "npm", args: ["run", "smoke"], variables };
}

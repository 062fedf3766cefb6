import { parseArgs } from "node:util";
import { isStageName, type StageName, stackName, stageNames, stages } from "./config.ts";

/** A program to run, and the variables that it gets besides the inherited ones. */
export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};

/**
 * What `deploy` or `diff` with these arguments runs, one after the other. What follows `--` goes to the CDK as it is.
 * Throws with what to write instead.
 */
export function stageCommands([verb, ...args]: readonly string[]): Command[] {
  if (verb !== "deploy" && verb !== "diff") throw new Error("Choose deploy or diff.");
  const end = args.indexOf("--");
  const [own, forCdk] = end === -1 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const stage = givenStage(verb, own);
  const cdk = {
    program: "node_modules/.bin/cdk",
    args: [verb, stackName(stage), "-c", `stage=${stage}`, ...forCdk],
    variables: {},
  };
  return verb === "diff" ? [cdk] : [cdk, smokeTest(stage)];
}

function givenStage(verb: string, args: string[]): StageName {
  const { values } = parseArgs({ args, options: { stage: { type: "string" } } });
  if (isStageName(values.stage)) return values.stage;
  const fault = values.stage === undefined ? "Name a stage" : `There is no stage '${values.stage}'`;
  throw new Error(`${fault}: npm run ${verb} -- --stage ${stageNames.join("|")}`);
}

function smokeTest(stage: StageName): Command {
  const { region } = stages[stage];
  const variables = { TARGET: "deployed", STACK: stackName(stage), ...(region !== null && { AWS_REGION: region }) };
  return { program: "npm", args: ["run", "smoke"], variables };
}

import { spawnSync } from "node:child_process";
import { argv, env, exit, stderr } from "node:process";
import { requireAlarmAddress, type Stage, stages } from "./config.ts";
import { awsAccount } from "./deployment/aws-account.ts";
import { awsAlarms } from "./deployment/aws-alarms.ts";
import { deployStage } from "./deployment/deploy-stage.ts";
import { type Command, cdkCommand, parseStageTask, type StageTask } from "./deployment/stage-commands.ts";

/** The exit code of `diff` for a stage that cannot be deployed yet. The CDK ends with 1 on errors. */
const notConfigured = 3;

const { verb, stage, forCdk } = givenTask();
const settings = stages[stage];
if (verb === "diff") exit(run(cdkCommand("diff", stage, forCdk)));
exit(await deployStage(stage, settings, forCdk, deployPorts(settings)));

function givenTask(): StageTask {
  try {
    const task = parseStageTask(argv.slice(2));
    if (task.verb === "deploy") requireAlarmAddress(task.stage, stages[task.stage]);
    else requireComparable(task);
    return task;
  } catch (error) {
    fail(error, 1);
  }
}

/** Ends with a code of its own, by which CI tells a stage that is not set up from a comparison that failed. */
function requireComparable(task: StageTask): void {
  try {
    requireAlarmAddress(task.stage, stages[task.stage]);
  } catch (error) {
    fail(error, notConfigured);
  }
}

function fail(error: unknown, code: number): never {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  exit(code);
}

function deployPorts({ region }: Stage) {
  const config = region === null ? {} : { region };
  const write = (text: string) => void stderr.write(text);
  return { account: awsAccount(config), alarms: awsAlarms(config), run, write };
}

function run({ program, args, variables }: Command): number {
  const { status, error } = spawnSync(program, args, { stdio: "inherit", env: { ...env, ...variables } });
  if (error !== undefined) stderr.write(`${program} cannot be run: ${error.message}\n`);
  return status ?? 1;
}

import { spawnSync } from "node:child_process";
import { argv, env, exit, stderr } from "node:process";
import { requireAlarmAddress, type Stage, stages } from "./config.ts";
import { createAwsAccount } from "./deployment/aws-account.ts";
import { createAwsAlarms } from "./deployment/aws-alarms.ts";
import { createAwsConsole } from "./deployment/aws-console.ts";
import { deployStage } from "./deployment/deploy-stage.ts";
import { cdkCommand, type ProgramCommand, parseStageTask, type StageTask } from "./deployment/stage-commands.ts";

/** Exit code of `diff` for a stage that is not configured yet. The CDK exits with 1 on errors. */
const notConfigured = 3;

const { command, stage, cdkArgs } = parseTask();
const settings = stages[stage];
if (command === "diff") exit(run(cdkCommand("diff", stage, cdkArgs)));
exit(await deployStage(stage, settings, cdkArgs, deployPorts(settings)));

function parseTask(): StageTask {
  try {
    const task = parseStageTask(argv.slice(2));
    if (task.command === "deploy") requireAlarmAddress(task.stage, stages[task.stage]);
    else requireConfigured(task);
    return task;
  } catch (error) {
    fail(error, 1);
  }
}

/** Exits with a separate code, so that CI can distinguish a stage that is not configured from a failed comparison. */
function requireConfigured(task: StageTask): void {
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
  return {
    account: createAwsAccount(config),
    alarms: createAwsAlarms(config),
    console: createAwsConsole(config),
    run,
    write,
  };
}

function run({ program, args, variables }: ProgramCommand): number {
  const { status, error } = spawnSync(program, args, { stdio: "inherit", env: { ...env, ...variables } });
  if (error !== undefined) stderr.write(`Cannot run ${program}: ${error.message}\n`);
  return status ?? 1;
}

import { spawnSync } from "node:child_process";
import { argv, env, exit, stderr } from "node:process";
import { type Stage, stages } from "./config.ts";
import { awsAccount } from "./deployment/aws-account.ts";
import { awsAlarms } from "./deployment/aws-alarms.ts";
import { deployStage } from "./deployment/deploy-stage.ts";
import { requireAlarmAddress } from "./production.ts";
import { type Command, cdkCommand, parseStageTask, type StageTask } from "./stage-commands.ts";

const { verb, stage, forCdk } = givenTask();
const settings = stages[stage];
if (verb === "diff") exit(run(cdkCommand("diff", stage, forCdk)));
exit(await deployStage(stage, settings, forCdk, deployPorts(settings)));

function givenTask(): StageTask {
  try {
    const task = parseStageTask(argv.slice(2));
    if (task.verb === "deploy") requireAlarmAddress(task.stage, stages[task.stage]);
    return task;
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    exit(1);
  }
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

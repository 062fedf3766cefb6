import type { Stage, StageName } from "#infra/config.ts";
import type { AccountPorts } from "./account-ports.ts";
import { checkAccount } from "./check-account.ts";
import { isIncomplete } from "./check-stack.ts";
import { type ConsolePorts, publishConsole } from "./publish-console.ts";
import { cdkCommand, type ProgramCommand, smokeTest } from "./stage-commands.ts";
import { stageRequirements } from "./stage-requirements.ts";
import { type AlarmPorts, triggerTestAlarm } from "./trigger-test-alarm.ts";

export type DeployPorts = {
  readonly account: AccountPorts;
  readonly alarms: AlarmPorts;
  readonly console: ConsolePorts;
  /** Runs a program. Returns its exit code. */
  run(command: ProgramCommand): number;
  write(text: string): void;
};

/** For a first deployment: a rollback could not delete protected resources. */
const noRollback = "--no-rollback";

/**
 * Deploys a stage: checks the account, runs the CDK, publishes the console, runs the smoke test, and tests an alarm. Returns
 * the exit code of the first step that fails, otherwise 0. The API is tested even if the console was not published.
 */
export async function deployStage(
  name: StageName,
  stage: Stage,
  cdkArgs: readonly string[],
  ports: DeployPorts,
): Promise<number> {
  const requirements = stageRequirements(name, stage);
  const findings = await checkAccount(requirements, ports.account);
  for (const { stops, message } of findings) ports.write(`${stops ? "Cannot deploy. " : ""}${message}\n`);
  if (findings.some(({ stops }) => stops)) return 1;

  const isFirstDeployment = await isUnfinished(requirements.stackName, ports.account);
  const flags = isFirstDeployment && !cdkArgs.some((one) => /^--(no-)?rollback\b|^-R$/.test(one)) ? [noRollback] : [];
  const deployed = ports.run(cdkCommand("deploy", name, [...flags, ...cdkArgs]));
  if (deployed !== 0) {
    if (flags.length > 0) {
      ports.write("Fix the cause, then run the same command again to continue. Do not roll back.\n");
    }
    return deployed;
  }
  const isPublished = stage.console === null || (await tryPublishConsole(requirements.stackName, name, ports));
  const smoked = ports.run(smokeTest(name, stage));
  if (smoked !== 0) return smoked;
  return (await checkAlarms(requirements.stackName, ports)) && isPublished ? 0 : 1;
}

/** Returns whether the stack was never created completely. Assumes a complete stack if AWS cannot be read. */
async function isUnfinished(stackName: string, account: AccountPorts): Promise<boolean> {
  try {
    return isIncomplete(await account.stack(stackName));
  } catch {
    return false;
  }
}

async function tryPublishConsole(stackName: string, name: StageName, ports: DeployPorts): Promise<boolean> {
  try {
    const url = await publishConsole(stackName, name, ports.console);
    ports.write(`The console is at ${url}\n`);
    return true;
  } catch (error) {
    ports.write(`The console was not published: ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

async function checkAlarms(stackName: string, { alarms, write }: DeployPorts): Promise<boolean> {
  try {
    const { failed, lines } = await triggerTestAlarm(stackName, alarms);
    for (const line of lines) write(`${line}\n`);
    return !failed;
  } catch (error) {
    write(`Alarms not tested (${error instanceof Error ? error.message : String(error)}).\n`);
    return true;
  }
}

import type { Stage, StageName } from "#infra/config.ts";
import type { AccountPorts } from "./account.ts";
import { type AlarmPorts, tryAlarm } from "./alarm-trial.ts";
import { checkAccount } from "./check-account.ts";
import { isFirst } from "./check-stack.ts";
import { stageNeeds } from "./needs.ts";
import { type Command, cdkCommand, smokeTest } from "./stage-commands.ts";

export type DeployPorts = {
  readonly account: AccountPorts;
  readonly alarms: AlarmPorts;
  /** Runs a program to its end. Gives its exit code. */
  run(command: Command): number;
  write(text: string): void;
};

/** Where a first deployment stops half way, what is protected from deletion cannot be rolled back. */
const keepsGoing = "--no-rollback";

/**
 * Deploys a stage: looks at the account, has the CDK deploy, tells the stories of the smoke test, and tries an alarm.
 * Gives the exit code of the first step that fails, else 0.
 */
export async function deployStage(
  name: StageName,
  stage: Stage,
  forCdk: readonly string[],
  ports: DeployPorts,
): Promise<number> {
  const needs = stageNeeds(name, stage);
  const findings = await checkAccount(needs, ports.account);
  for (const { stops, message } of findings) ports.write(`${stops ? "Cannot deploy. " : ""}${message}\n`);
  if (findings.some(({ stops }) => stops)) return 1;

  const goesOn = await isUnfinished(needs.stackName, ports.account);
  const flags = goesOn && !forCdk.some((one) => /^--(no-)?rollback\b|^-R$/.test(one)) ? [keepsGoing] : [];
  const deployed = ports.run(cdkCommand("deploy", name, [...flags, ...forCdk]));
  if (deployed !== 0) {
    if (flags.length > 0) {
      ports.write(
        "Fix the cause, then run the same command: it goes on from where this one failed. Roll nothing back.\n",
      );
    }
    return deployed;
  }
  const smoked = ports.run(smokeTest(name, stage));
  if (smoked !== 0) return smoked;
  return (await alarmsArrive(needs.stackName, ports)) ? 0 : 1;
}

/** An account that cannot be asked is taken for one that has the stack already: the CDK then does what it always does. */
async function isUnfinished(stackName: string, account: AccountPorts): Promise<boolean> {
  try {
    return isFirst(await account.stack(stackName));
  } catch {
    return false;
  }
}

async function alarmsArrive(stackName: string, { alarms, write }: DeployPorts): Promise<boolean> {
  try {
    const { failed, lines } = await tryAlarm(stackName, alarms);
    for (const line of lines) write(`${line}\n`);
    return !failed;
  } catch (error) {
    write(`Not tried: whether alarms arrive (${error instanceof Error ? error.message : String(error)}).\n`);
    return true;
  }
}

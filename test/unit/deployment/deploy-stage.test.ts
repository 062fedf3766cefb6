import { describe, expect, it } from "vitest";
import { stages } from "#infra/config.ts";
import type { AccountPorts, StackState } from "#infra/deployment/account-ports.ts";
import { deployStage } from "#infra/deployment/deploy-stage.ts";
import type { ProgramCommand } from "#infra/deployment/stage-commands.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { type AlarmsInMemory, buildAccountPorts, buildAlarmPorts } from "#test/support/memory/account.ts";
import { buildConsolePorts, type ConsoleInMemory } from "#test/support/memory/console-bucket.ts";

type DeploymentSetup = {
  readonly account?: Partial<AccountPorts>;
  readonly alarms?: AlarmsInMemory;
  /** Files that were published, and what CloudFront serves. */
  readonly site?: ConsoleInMemory;
  readonly cdkArgs?: readonly string[];
  /** Exit codes by program; 0 by default. */
  readonly codes?: Readonly<Record<string, number>>;
};

async function deploy({
  account,
  alarms = buildAlarmPorts("Successfully executed"),
  site,
  cdkArgs = [],
  codes = {},
}: DeploymentSetup) {
  const commands: string[] = [];
  let text = "";
  const run = ({ program, args }: ProgramCommand) => {
    const name = program.split("/").at(-1) ?? "";
    commands.push([name, ...args].join(" "));
    return codes[name] ?? 0;
  };
  const write = (more: string) => {
    text += more;
  };
  const code = await deployStage("prod", { ...stages.prod, console: site ? fullStage.console : null }, cdkArgs, {
    account: buildAccountPorts(account),
    alarms,
    console: (site ?? buildConsolePorts()).ports,
    run,
    write,
  });
  return { code, commands, text, states: alarms.states };
}

const inState = (status: string) => ({
  stack: async (): Promise<StackState> => ({ status, isProtected: true }),
});
const cdk = "cdk deploy activity-log-prod -c stage=prod";
const smoke = "npm run smoke";

describe("deployStage", () => {
  it("publishes the console between the CDK and the smoke test, if the stage has one", async () => {
    const site = buildConsolePorts();
    const published = await deploy({ site });
    expect(published).toMatchObject({ code: 0, commands: [`${cdk} --no-rollback`, smoke] });
    expect(published.text).toContain("The console is at https://console.example.com/console/\n");
    expect(site.keys.length).toBeGreaterThan(0);
    expect((await deploy({ site: buildConsolePorts(), codes: { cdk: 3 } })).text).not.toContain("The console");
  });

  it("fails after the smoke test when the console is not served", async () => {
    const site = buildConsolePorts({ get: async () => "<p>Under construction" });
    const { code, commands, text } = await deploy({ site });
    expect({ code, commands }).toEqual({ code: 1, commands: [`${cdk} --no-rollback`, smoke] });
    expect(text).toContain("The console was not published: https://console.example.com/console/ does not serve this");
  });

  it("runs no command when the concurrency limit is too low, and returns the quota request", async () => {
    const { code, commands, text } = await deploy({
      account: { concurrency: async () => ({ limit: 10, unreserved: 10 }) },
    });
    expect({ code, commands }).toEqual({ code: 1, commands: [] });
    expect(text).toMatch(/^Cannot deploy\. Lambda allows 10 concurrent .* L-B99A9384 /);
  });

  it("passes --no-rollback to a first deployment, and continues an incomplete one", async () => {
    for (const account of [{}, inState("CREATE_FAILED"), inState("REVIEW_IN_PROGRESS")]) {
      const failed = await deploy({ account, codes: { cdk: 3 } });
      expect(failed).toMatchObject({ code: 3, commands: [`${cdk} --no-rollback`], states: [] });
      expect(failed.text).toContain("run the same command again to continue");
    }
    expect((await deploy({ account: inState("CREATE_FAILED") })).code).toBe(0);
  });

  it("lets the CDK roll back an update, or a first deployment with --rollback", async () => {
    const update = await deploy({ account: inState("UPDATE_COMPLETE"), codes: { cdk: 3 } });
    expect(update).toMatchObject({ code: 3, commands: [cdk], text: "" });
    const withRollback = await deploy({ cdkArgs: ["--rollback"] });
    expect(withRollback.commands).toEqual([`${cdk} --rollback`, smoke]);
  });

  it("fails when the smoke test or the alarm test fails", async () => {
    const good = await deploy({});
    expect(good).toMatchObject({ code: 0, commands: [`${cdk} --no-rollback`, smoke], states: ["ALARM", "OK"] });
    const smoked = await deploy({ codes: { npm: 4 } });
    expect(smoked).toMatchObject({ code: 4, states: [] });
    const refused = await deploy({ alarms: buildAlarmPorts("Failed to execute action: not authorized") });
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining("Alarms do not reach their topic") });
  });

  it("continues with a note when calls to AWS are denied", async () => {
    const denied = async () => {
      throw new Error("AccessDenied");
    };
    const { code, commands, text } = await deploy({
      account: { stack: denied, concurrency: denied },
      alarms: { ...buildAlarmPorts(null), alarmOf: denied },
    });
    expect({ code, commands }).toEqual({ code: 0, commands: [cdk, smoke] });
    expect(text).toContain("Not checked: the Lambda concurrency (AccessDenied).");
    expect(text).toContain("Alarms not tested (AccessDenied).");
  });
});

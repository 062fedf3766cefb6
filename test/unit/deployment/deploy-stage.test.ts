import { describe, expect, it } from "vitest";
import { stages } from "#infra/config.ts";
import type { AccountPorts, StackState } from "#infra/deployment/account.ts";
import { deployStage } from "#infra/deployment/deploy-stage.ts";
import type { Command } from "#infra/deployment/stage-commands.ts";
import { type AlarmsInMemory, buildAccountPorts, buildAlarmPorts } from "#test/support/memory/account.ts";

type Given = {
  readonly account?: Partial<AccountPorts>;
  readonly alarms?: AlarmsInMemory;
  readonly forCdk?: readonly string[];
  /** Exit codes by program; 0 where none is given. */
  readonly codes?: Readonly<Record<string, number>>;
};

async function deploy({ account, alarms = buildAlarmPorts("Successfully executed"), forCdk = [], codes = {} }: Given) {
  const commands: string[] = [];
  let text = "";
  const run = ({ program, args }: Command) => {
    const name = program.split("/").at(-1) ?? "";
    commands.push([name, ...args].join(" "));
    return codes[name] ?? 0;
  };
  const write = (more: string) => {
    text += more;
  };
  const code = await deployStage("prod", stages.prod, forCdk, {
    account: buildAccountPorts(account),
    alarms,
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

describe("a deployment", () => {
  it("runs nothing where the account has no room for it, and says what to ask for", async () => {
    const { code, commands, text } = await deploy({
      account: { concurrency: async () => ({ limit: 10, unreserved: 10 }) },
    });
    expect({ code, commands }).toEqual({ code: 1, commands: [] });
    expect(text).toMatch(/^Cannot deploy\. Lambda runs 10 instances .* L-B99A9384 /);
  });

  it("does not roll back what it could not finish the first time, and goes on from there", async () => {
    for (const account of [{}, inState("CREATE_FAILED"), inState("REVIEW_IN_PROGRESS")]) {
      const failed = await deploy({ account, codes: { cdk: 3 } });
      expect(failed).toMatchObject({ code: 3, commands: [`${cdk} --no-rollback`], states: [] });
      expect(failed.text).toContain("run the same command: it goes on from where this one failed");
    }
    expect((await deploy({ account: inState("CREATE_FAILED") })).code).toBe(0);
  });

  it("leaves it to the CDK to roll back an update, and to whoever says so", async () => {
    const update = await deploy({ account: inState("UPDATE_COMPLETE"), codes: { cdk: 3 } });
    expect(update).toMatchObject({ code: 3, commands: [cdk], text: "" });
    const asked = await deploy({ forCdk: ["--rollback"] });
    expect(asked.commands).toEqual([`${cdk} --rollback`, smoke]);
  });

  it("ends with the smoke test and the trial of an alarm, and fails with either", async () => {
    const good = await deploy({});
    expect(good).toMatchObject({ code: 0, commands: [`${cdk} --no-rollback`, smoke], states: ["ALARM", "OK"] });
    const smoked = await deploy({ codes: { npm: 4 } });
    expect(smoked).toMatchObject({ code: 4, states: [] });
    const refused = await deploy({ alarms: buildAlarmPorts("Failed to execute action: not authorized") });
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining("Alarms do not arrive") });
  });

  it("goes on where nothing may be looked at or tried, and says so", async () => {
    const denied = async () => {
      throw new Error("AccessDenied");
    };
    const { code, commands, text } = await deploy({
      account: { stack: denied, concurrency: denied },
      alarms: { ...buildAlarmPorts(null), alarmOf: denied },
    });
    expect({ code, commands }).toEqual({ code: 0, commands: [cdk, smoke] });
    expect(text).toContain("Not checked: the concurrency of Lambda (AccessDenied).");
    expect(text).toContain("Not tried: whether alarms arrive (AccessDenied).");
  });
});

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execPath } from "node:process";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { stages } from "#infra/config.ts";

const folder = mkdtempSync(join(tmpdir(), "activity-log-deploy-"));
const bin = join(folder, "node_modules/.bin");
const record = join(folder, "record");
mkdirSync(bin, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Adds a program to the folder that records its arguments and exits with a code. */
function stub(name: string, code: number): void {
  const line = `echo "${name} $* TARGET=$TARGET STACK=$STACK" >> '${record}'`;
  writeFileSync(join(bin, name), `#!/bin/sh\n${line}\nexit ${code}\n`, { mode: 0o755 });
}

/** Runs `infra/deploy.ts` with arguments. Returns the recorded calls of the stubs. */
function run(...args: string[]) {
  const PATH = [bin, dirname(execPath), "/usr/bin", "/bin"].join(delimiter);
  const { status, stderr } = spawnSync(execPath, [resolve("infra/deploy.ts"), ...args], {
    cwd: folder,
    // No account: the checks fail, which does not stop the deployment.
    env: { PATH, AWS_REGION: "eu-central-1", AWS_EC2_METADATA_DISABLED: "true", HOME: folder },
    encoding: "utf8",
  });
  return { status, stderr, called: readFileSync(record, "utf8").split("\n").slice(0, -1) };
}

beforeEach(() => {
  writeFileSync(record, "");
  stub("cdk", 0);
  stub("npm", 0);
});

const deployed = "cdk deploy activity-log-dev -c stage=dev TARGET= STACK=";
const smoked = "npm run smoke TARGET=deployed STACK=activity-log-dev";

describe("npm run deploy", () => {
  it("deploys the stack of the stage, then runs the smoke test, also when the console cannot be published", () => {
    const { status, called, stderr } = run("deploy", "--stage", "dev");
    expect({ status, called }).toEqual({ status: 1, called: [deployed, smoked] });
    expect(stderr).toContain("The console was not published: ");
  });

  it("passes arguments after two dashes to the CDK", () => {
    const { called } = run("deploy", "--stage=dev", "--", "--require-approval", "never");
    expect(called[0]).toMatch(/^cdk deploy activity-log-dev -c stage=dev --require-approval never /);
  });

  it("reports checks and alarm tests that failed", () => {
    const { stderr } = run("deploy", "--stage", "dev");
    expect(stderr).toContain("Not checked: the Lambda concurrency (");
    expect(stderr).toContain("Alarms not tested (");
  });

  it("runs no command and names the missing setting when a production stage has no alarm address", () => {
    expect(stages.prod.alarmEmail).toBeNull();
    const { status, called, stderr } = run("deploy", "--stage", "prod");
    expect({ status, called }).toEqual({ status: 1, called: [] });
    expect(stderr).toContain("prod is a production stage without an alarm address. Set its alarmEmail");
  });

  it("returns the exit code of the CDK without a smoke test when the deployment fails", () => {
    stub("cdk", 3);
    expect(run("deploy", "--stage", "dev")).toMatchObject({ status: 3, called: [deployed] });
  });

  it("fails when the smoke test fails", () => {
    stub("npm", 4);
    expect(run("deploy", "--stage", "dev")).toMatchObject({ status: 4, called: [deployed, smoked] });
  });

  it.each([
    [[], "Stage missing. Run npm run deploy -- --stage dev|prod"],
    [["--stage", "test"], "Unknown stage 'test'. Run npm run deploy -- --stage dev|prod"],
    [["--stage", "dev", "stray"], "Unexpected argument 'stray'"],
    [["--stage", "dev", "--skip-smoke"], "Unknown option '--skip-smoke'"],
  ])("rejects the arguments %j", (args, message) => {
    const { status, stderr, called } = run("deploy", ...args);
    expect({ status, called }).toEqual({ status: 1, called: [] });
    expect(stderr).toContain(message);
  });
});

describe("npm run diff", () => {
  it("runs the diff of the CDK, and no smoke test", () => {
    const { status, called } = run("diff", "--stage", "dev", "--", "--method=template");
    expect({ status, called }).toEqual({
      status: 0,
      called: ["cdk diff activity-log-dev -c stage=dev --method=template TARGET= STACK="],
    });
  });

  it("exits with code 3 when a production stage has no alarm address", () => {
    const { status, called, stderr } = run("diff", "--stage", "prod", "--", "--method=template");
    expect({ status, called }).toEqual({ status: 3, called: [] });
    expect(stderr).toContain("Set its alarmEmail in infra/config.ts.");
  });
});

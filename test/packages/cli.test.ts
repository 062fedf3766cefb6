import { execFile } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { describePackage } from "#test/support/packages/package-checks.ts";
import { packPackage } from "#test/support/packages/packed-package.ts";
import { inherited } from "#test/support/vitest/environment.ts";
import { fakeApi, responseOf } from "#test/unit/cli/fake-api.ts";

describePackage("cli");

/** Installs the packed command line into an empty project, until the test ends. Runs shell scripts there. */
async function installCli() {
  const { tarball } = await packPackage("cli");
  const folder = mkdtempSync(join(tmpdir(), "activity-log-cli-package-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "cli.tgz"), tarball);
  const run = (script: string) => {
    const env = {
      PATH: [dirname(execPath), inherited("PATH")].join(delimiter),
      HOME: folder,
      XDG_CACHE_HOME: join(folder, "cache"),
    };
    return promisify(execFile)("sh", ["-ec", script], { cwd: folder, env });
  };
  await run("npm install --offline --no-audit --no-fund ./cli.tgz");
  return { folder, run };
}

const event = {
  event_id: "evt_1",
  action: "INVOICE_SENT",
  entity_type: "INVOICE",
  entity_id: "inv_1",
  entity_ref: "INV-2026-0042",
  actor_user_id: "usr_1",
  changes: null,
  metadata: {},
  occurred_at: "2026-05-11T08:30:12Z",
};

describe("the installed command line", () => {
  it("is one package, and runs the example of its README", async () => {
    const { folder, run } = await installCli();
    expect(globSync("node_modules/{@*/*,[^@.]*}", { cwd: folder })).toEqual(["node_modules/@activity-log/cli"]);
    const { api, requests } = await fakeApi({
      "GET /activity?include=actor&entity_type=INVOICE&limit=4": responseOf({ activity: [event] }),
      "GET /webhooks/endpoints": responseOf({ endpoints: [] }),
    });
    const readme = readFileSync(join(folder, "node_modules/@activity-log/cli/README.md"), "utf8");
    const [, , example = ""] = readme.split(/^```sh\n/m);
    const [script = ""] = example.split("```");
    const { stdout } = await run(script.replace("https://activity.example.com", api).replace("…", "x"));
    expect(stdout).toMatch(/^2026-05-11 08:30:12 {2}INVOICE_SENT {2}INV-2026-0042 {2}usr_1$/m);
    expect(stdout).toContain("No endpoints. Create one with webhooks create URL.");
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill("Bearer aibooks_pat_x"));
  });

  it("contains the verifier that exports get", async () => {
    const { run } = await installCli();
    const script = "node node_modules/@activity-log/cli/dist/activity-verify.js nothing --key x";
    await expect(run(script)).rejects.toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^Cannot tell: nothing: /),
    });
  });

  it("writes its commands as they are called, and caches compiled code outside of node_modules", async () => {
    const { folder, run } = await installCli();
    expect((await run("npx @activity-log/cli help")).stdout).toMatch(
      /^Usage: npx @activity-log\/cli COMMAND \[options\]\n/,
    );
    expect((await run("PATH=node_modules/.bin:$PATH activity help list")).stdout).toMatch(/^Usage: activity list /);
    expect((await run("npx @activity-log/cli --version")).stdout).toBe("0.1.0\n");
    expect(globSync("cache/activity-log/**/*", { cwd: folder })).not.toEqual([]);
    expect(globSync("node_modules/**/compile*", { cwd: folder })).toEqual([]);
  });

  it("explains what it needs for a stack: a file, a region, credentials", async () => {
    const { run } = await installCli();
    const messageOf = async (script: string) => {
      const { stderr } = await run(script).catch((error: { stderr: string }) => error);
      return stderr;
    };
    expect(await messageOf("npx @activity-log/cli org list")).toMatch(
      /^No local stack is running\. .* \.local\/stack\.json/,
    );
    expect(await messageOf("npx @activity-log/cli org list --stack prod")).toBe(
      "No AWS region found. Set AWS_REGION.\n",
    );
    expect(
      await messageOf(
        "AWS_EC2_METADATA_DISABLED=true AWS_REGION=eu-west-1 npx @activity-log/cli org list --stack prod",
      ),
    ).toBe("No AWS credentials found. Sign in, or set AWS_PROFILE.\n");
  });
});

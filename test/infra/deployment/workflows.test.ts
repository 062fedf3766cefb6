import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { stageNames } from "#infra/config.ts";

const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
const step = z.looseObject({
  uses: z.optional(z.string()),
  run: z.optional(z.string()),
  with: z.optional(z.record(z.string(), z.unknown())),
});
const job = z.looseObject({
  if: z.optional(z.string()),
  uses: z.optional(z.string()),
  needs: z.optional(z.string()),
  environment: z.optional(z.string()),
  permissions: z.optional(permissions),
  "timeout-minutes": z.optional(z.number()),
  steps: z.optional(z.array(step)),
});
const workflow = z.looseObject({ on: z.looseObject({}), permissions, jobs: z.record(z.string(), job) });

const root = join(import.meta.dirname, "../../..");
const folder = join(root, ".github/workflows");
const texts = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);
const workflows = new Map(texts.map(([name, text]) => [name, workflow.parse(parse(text))]));
const jobs = [...workflows].flatMap(([name, { jobs: own }]) =>
  Object.entries(own).map(([id, one]) => [`${name}: ${id}`, one] as const),
);

function workflowOf(name: string) {
  const found = workflows.get(name);
  if (found === undefined) throw new Error(`Workflow ${name} does not exist.`);
  return found;
}

describe("every workflow", () => {
  it.each(texts)("%s contains no key or secret", (_, text) => {
    expect(text).not.toMatch(/secrets\.|access-key|access_key|AKIA/i);
  });

  it.each([...workflows])("%s has at most read permission by default", (_, workflow) => {
    expect([{}, { contents: "read" }]).toContainEqual(workflow.permissions);
  });

  it.each(texts)("%s interpolates no expression into a script", (name) => {
    const scripts = Object.values(workflowOf(name).jobs).flatMap(({ steps = [] }) => steps.map(({ run = "" }) => run));
    for (const script of scripts) expect(script).not.toContain("${{");
  });
});

describe("every job", () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  const withSteps = jobs.flatMap(([name, { steps, ...one }]) =>
    steps === undefined ? [] : [[name, { ...one, steps }] as const],
  );

  it.each(withSteps)("%s has a timeout", (_, one) => expect(one["timeout-minutes"]).toBeLessThanOrEqual(60));

  it.each(withSteps)("%s runs only scripts of package.json", (_, { steps }) => {
    const named = steps.flatMap(({ run = "" }) => [...run.matchAll(/npm run (?:--silent )?([\w:-]+)/g)]);
    for (const [, script = ""] of named) expect(scripts).toHaveProperty([script]);
  });

  it.each(withSteps)("%s uses actions of known owners by commit, and does not persist credentials", (_, { steps }) => {
    for (const { uses, with: given } of steps) {
      if (uses === undefined) continue;
      expect(uses).toMatch(/^(actions|aws-actions)\/[\w-]+@[0-9a-f]{40}$/);
      if (uses.startsWith("actions/checkout@")) expect(given).toMatchObject({ "persist-credentials": false });
    }
  });

  it.each(jobs)(
    "%s has the permission id-token only when it assumes a role, and no other write permission",
    (_, one) => {
      const role = one.steps?.find(({ uses = "" }) => uses.startsWith("aws-actions/configure-aws-credentials@"));
      const identity = role === undefined ? {} : { "id-token": "write" };
      expect([undefined, { contents: "read", ...identity }]).toContainEqual(one.permissions);
      if (role === undefined) return;
      expect(one.permissions).toEqual({ contents: "read", "id-token": "write" });
      expect(role.with?.["role-to-assume"]).toMatch(/^\$\{\{ vars\.\w+ \}\}$/);
    },
  );
});

it("workflows name the version of each action's commit, the same everywhere", () => {
  const lines = texts.flatMap(([, text]) => text.match(/uses: [\w-]+\/.*/g) ?? []);
  for (const line of lines) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  const actions = new Set(lines.map((line) => line.slice(0, line.indexOf("@"))));
  expect(new Set(lines).size).toBe(actions.size);
});

describe("audit.yml", () => {
  const { on, jobs: own } = workflowOf("audit.yml");

  it("audits production dependencies daily and for pull requests, and does not block deployments", () => {
    expect(on).toMatchObject({ pull_request: null, schedule: [{ cron: expect.any(String) }] });
    const commands = own.audit?.steps?.flatMap(({ run }) => run ?? []);
    expect(commands).toContain("npm audit --omit=dev --audit-level=moderate");
    expect(texts.filter(([name, text]) => name !== "audit.yml" && text.includes("audit"))).toEqual([]);
  });
});

describe("deploy.yml", () => {
  const { on, jobs: own } = workflowOf("deploy.yml");

  it("deploys after the tests and the approval of the stage", () => {
    expect(own.test).toMatchObject({ uses: "./.github/workflows/ci.yml" });
    expect(own.deploy).toMatchObject({ needs: "test", environment: expect.stringContaining("inputs.stage || 'dev'") });
    const commands = workflowOf("ci.yml").jobs.test?.steps?.flatMap(({ run }) => run ?? []);
    expect(commands).toEqual([
      "npm ci",
      "npm run check",
      "npm test",
      "npm run check:runtimes",
      "npm run check:clients",
      "npm run check:snippets",
      "npm run check:interop",
      "npm run test:deploy",
    ]);
    // .ci/run has the same commands.
    const script = readFileSync(join(root, ".ci/run"), "utf8");
    expect(script.split("\n").filter((line) => line.startsWith("npm "))).toEqual(commands);
  });

  it("runs on a push to main, or manually for a stage", () => {
    expect(on).toMatchObject({
      push: { branches: ["main"] },
      workflow_dispatch: { inputs: { stage: { type: "choice", options: [...stageNames], required: true } } },
    });
  });

  it("shows a diff for pull requests, and does not deploy them", () => {
    expect(own.diff?.if).toContain("github.event_name == 'pull_request'");
    expect(own.test?.if).toBe("github.event_name != 'pull_request'");
    const scripts = (name: string) => own[name]?.steps?.map(({ run = "" }) => run).join("\n");
    expect(scripts("diff")).toContain("npm run --silent diff -- --stage prod");
    expect(scripts("diff")).not.toContain("deploy");
    expect(scripts("deploy")).toContain('npm run deploy -- --stage "$STAGE"');
  });

  it.each([
    [0, "Stack activity-log-prod", 0, ""],
    [1, "Error: no credentials", 1, ""],
    [3, "set alarmEmail of the stage", 0, "::notice title=Not compared with prod::set alarmEmail of the stage"],
  ])(
    "reports a notice instead of a failure when prod is not configured: exit code %i",
    (code, output, status, notice) => {
      const folder = mkdtempSync(join(tmpdir(), "activity-log-diff-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, "npm"), `#!/bin/sh\necho "${output}" >&2\nexit ${code}\n`, { mode: 0o755 });
      const [script = ""] = (own.diff?.steps ?? []).flatMap(({ run = "" }) => (run.includes("diff") ? [run] : []));
      // As GitHub runs a step with `shell: bash`.
      const ended = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
        cwd: folder,
        env: { PATH: [folder, "/usr/bin", "/bin"].join(delimiter), GITHUB_STEP_SUMMARY: join(folder, "summary.md") },
        encoding: "utf8",
      });
      expect(ended.status).toBe(status);
      expect(ended.stdout.split("\n").find((line) => line.startsWith("::")) ?? "").toBe(notice);
      expect(readFileSync(join(folder, "summary.md"), "utf8")).toContain(output);
    },
  );
});

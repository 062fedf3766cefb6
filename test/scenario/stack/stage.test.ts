import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Stage, type StageName, stageNames } from "#infra/config.ts";
import { anInput } from "#test/support/builders.ts";
import { fullStage, stageWithAddress } from "#test/support/infra/full-stage.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

// Every stage has the same functions: they are bundled once for all of them.
vi.mock(import("#infra/constructs/bundle.ts"), async (original) => {
  const { bundle, ...others } = await original();
  const bundles = new Map<string, ReturnType<typeof bundle>>();
  const once: typeof bundle = (entry) => {
    const bundled = bundles.get(entry) ?? bundle(entry);
    bundles.set(entry, bundled);
    // The caller removes the folder that it gets.
    const folder = mkdtempSync(join(tmpdir(), "activity-log-"));
    cpSync(bundled.folder, folder, { recursive: true });
    return { ...bundled, folder };
  };
  afterAll(() => {
    for (const { folder } of bundles.values()) rmSync(folder, { recursive: true, force: true });
  });
  return { ...others, bundle: once };
});
vi.resetModules();
afterAll(() => vi.resetModules());
const { addStageStacks } = await import("#infra/stage-stacks.ts");

/** The stacks of a stage, synthesized into a folder as for a deployment. */
function assemblyOf(name: StageName, changed: Partial<Stage>): string {
  const outdir = mkdtempSync(join(tmpdir(), "activity-log-cdk-"));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  const app = new App({ outdir });
  addStageStacks(app, name, { ...stageWithAddress(name), ...changed });
  app.synth();
  return outdir;
}

const webAclArn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1";
const archiveRule = expect.stringMatching(/^ArchiveEachDay\w+, cron\(0 13 \* \* \? \*\)$/);

/** Every stage, and all that one can ask for: with an edge in its own region, elsewhere, and without one. */
const cases: [string, StageName, Partial<Stage>, { notRun: unknown[]; origin: string | null }][] = [
  ...stageNames.map((name): (typeof cases)[number] => [name, name, {}, { notRun: [], origin: null }]),
  ["prod with everything", "prod", fullStage, { notRun: [archiveRule], origin: "https://activity.example.com" }],
  [
    "prod with everything, outside us-east-1",
    "prod",
    { ...fullStage, region: "eu-central-1", edge: { ...fullStage.edge, webAclArn } },
    { notRun: [archiveRule], origin: "https://activity.example.com" },
  ],
  [
    "dev with a domain",
    "dev",
    { ...fullStage, region: "eu-central-1", edge: null },
    { notRun: [archiveRule], origin: "https://activity.example.com" },
  ],
];

describe.each(cases)("%s", (_, name, changed, { notRun, origin }) => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startStack(assemblyOf(name, changed));
  });

  it("runs locally, and reports the schedules that do not run", async () => {
    expect(stack.notRun).toEqual(notRun);
    expect(stack.outputs.ApiUrl).toBe(origin ?? stack.api);
  });

  it("stores and lists an event, through the edge if the stage has one", async () => {
    const { org_id, headers } = await stack.tenant();
    await stack.append([anInput({ org_id }), anInput({ org_id, entity_id: "inv_2" })]);
    const response = await stack.get("/api/public/v1/activity?limit=1", headers);
    expect(await response.json()).toMatchObject({ activity: [{ entity_id: expect.stringMatching(/^inv_/) }] });
    const { edge } = { ...stageWithAddress(name), ...changed };
    const linked = edge === null ? stack.api : (origin ?? "");
    expect(response.headers.get("link") ?? "").toContain(`<${linked}/api/public/v1/activity`);
  });
});

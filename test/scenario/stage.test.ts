import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { afterAll, expect, it } from "vitest";
import { type Stage, stages } from "../../infra/config.ts";
import { ActivityLogStack } from "../../infra/stack.ts";
import { anInput } from "../support/builders.ts";
import { startStack } from "../support/stack.ts";

/** The stack of a stage, synthesized into a folder. */
function assemblyOf(stage: Stage): string {
  const outdir = mkdtempSync(join(tmpdir(), "activity-log-cdk-"));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  const app = new App({ outdir });
  new ActivityLogStack(app, "activity-log-elsewhere", stage);
  app.synth();
  return outdir;
}

it("a stage with a region and a domain of its own runs on a laptop like any other", async () => {
  const stack = await startStack(
    assemblyOf({
      ...stages.dev,
      region: "eu-central-1",
      domain: {
        name: "activity.example.com",
        certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1",
        hostedZone: { id: "Z0123456789", name: "example.com" },
      },
    }),
  );
  expect(stack.outputs.ApiUrl).toBe("https://activity.example.com");
  const { org_id, headers } = await stack.tenant();
  await stack.append([anInput({ org_id })]);
  const response = await stack.get("/api/public/v1/activity", headers);
  expect(await response.json()).toMatchObject({ activity: [{ entity_id: "inv_8c3f1a9b" }] });
});

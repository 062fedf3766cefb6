import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack, Validations } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { EdgeAclStack } from "#infra/api/edge-acl.ts";
import { stageNames } from "#infra/config.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { stackOf } from "#test/support/infra/template.ts";

const report = z.object({
  pluginReports: z.array(
    z.object({
      violations: z.array(
        z.object({
          ruleName: z.string(),
          violatingConstructs: z.array(z.object({ constructPath: z.string() })),
        }),
      ),
    }),
  ),
});

/** What the rules of AwsSolutions find in a stack, as rule and construct. */
function findings(build: (app: App) => Stack): string[] {
  const outdir = mkdtempSync(join(tmpdir(), "activity-log-nag-"));
  onTestFinished(() => rmSync(outdir, { recursive: true }));
  const app = new App({ outdir });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  build(app);
  try {
    app.synth();
  } catch (error) {
    if (!(error instanceof Error && error.name === "ValidationFailed")) throw error;
  }
  const { pluginReports } = report.parse(JSON.parse(readFileSync(join(outdir, "validation-report.json"), "utf8")));
  return pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    ),
  );
}

it.each(stageNames)("stack of %s complies with AwsSolutions, except for acknowledged rules", (name) => {
  expect(findings((app) => stackOf(app, name))).toEqual([]);
});

it("stack with all options complies with AwsSolutions", () => {
  expect(findings((app) => stackOf(app, "prod", fullStage))).toEqual([]);
});

it("stacks with a web ACL in another region comply with AwsSolutions", () => {
  const webAclArn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1";
  const elsewhere = { ...fullStage, region: "eu-central-1", edge: { ...fullStage.edge, webAclArn } };
  expect(findings((app) => stackOf(app, "prod", elsewhere))).toEqual([]);
  expect(findings((app) => new EdgeAclStack(app, "activity-log-prod-edge", fullStage.edge))).toEqual([]);
});

it("AwsSolutions rules detect a violation", () => {
  const build = (app: App) => {
    const stack = new Stack(app, "loose");
    new Queue(stack, "Queue");
    return stack;
  };
  expect(findings(build)).toEqual(expect.arrayContaining([expect.stringContaining("SQS4")]));
});

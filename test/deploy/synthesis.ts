import { App } from "aws-cdk-lib";
import { EdgeAclStack } from "#infra/api/edge-acl.ts";
import { type Stage, stackName, stages } from "#infra/config.ts";
import { ActivityLogStack } from "#infra/stack.ts";
import { fullStage, stageWithAddress } from "#test/support/infra/full-stage.ts";

const full: Stage = { ...stages.prod, ...fullStage };
const webAclArn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1";

/** The configured stages, and a stage with all options, by stack name. */
const configurations: Readonly<Record<string, Stage>> = {
  [stackName("dev")]: stages.dev,
  // An operator sets an address and a log name before the first deployment.
  [stackName("prod")]: stageWithAddress("prod"),
  "activity-log-full": full,
  // Outside us-east-1 the web ACL has a separate stack.
  "activity-log-full-elsewhere": { ...full, region: "eu-central-1", edge: { ...fullStage.edge, webAclArn } },
};

/** Synthesizes a cloud assembly of all stages, and of a stage with all options. */
export function synthesizeStages(outdir: string): void {
  const app = new App({ outdir });
  for (const [name, stage] of Object.entries(configurations)) new ActivityLogStack(app, name, stage);
  app.synth();
}

/** Synthesizes a cloud assembly of the web ACL of a stage outside us-east-1. */
export function synthesizeEdge(outdir: string): void {
  const app = new App({ outdir });
  new EdgeAclStack(app, "activity-log-edge", fullStage.edge);
  app.synth();
}

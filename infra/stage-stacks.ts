import type { App } from "aws-cdk-lib";
import { EdgeAclStack, globalRegion } from "./api/edge-acl.ts";
import { type Stage, type StageName, stackName } from "./config.ts";
import { ActivityLogStack } from "./stack.ts";

/**
 * Adds the stacks of a stage to an app: the stage's own, and that of its web ACL where the stage is outside us-east-1.
 * Throws where the settings of the stage do not fit together.
 */
export function addStageStacks(app: App, name: StageName, stage: Stage): void {
  const { edge, region } = stage;
  if (edge !== null && region !== globalRegion) new EdgeAclStack(app, `${stackName(name)}-edge`, edge);
  new ActivityLogStack(app, stackName(name), stage, {
    description: "An append-only activity log for accounting platforms",
  });
}

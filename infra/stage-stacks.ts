import type { App } from "aws-cdk-lib";
import { EdgeAclStack, globalRegion } from "./api/edge-acl.ts";
import { type Stage, type StageName, stackName } from "./config.ts";
import { ActivityLogStack } from "./stack.ts";

/**
 * Adds the stacks of a stage to an app: its main stack, and the stack of its web ACL if the stage is outside us-east-1.
 * Throws if the settings of the stage are inconsistent.
 */
export function addStageStacks(app: App, name: StageName, stage: Stage): void {
  const { edge, region } = stage;
  if (edge !== null && region !== globalRegion) new EdgeAclStack(app, `${stackName(name)}-edge`, edge);
  new ActivityLogStack(app, stackName(name), stage, {
    description: "An append-only activity log for accounting platforms",
  });
}

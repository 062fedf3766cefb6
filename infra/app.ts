import { App } from "aws-cdk-lib";
import { isStageName, stackName, stages } from "./config.ts";
import { EdgeAclStack, globalRegion } from "./edge-acl.ts";
import { ActivityLogStack } from "./stack.ts";

const app = new App();
const name: unknown = app.node.tryGetContext("stage") ?? "dev";
if (!isStageName(name)) {
  throw new Error(`There is no stage '${String(name)}': pass -c stage=dev or -c stage=prod.`);
}
const { edge, region } = stages[name];
if (edge !== null && region !== globalRegion) new EdgeAclStack(app, `${stackName(name)}-edge`, edge);
new ActivityLogStack(app, stackName(name), stages[name], {
  description: "An append-only activity log for accounting platforms",
});

import { App } from "aws-cdk-lib";
import { isStageName, stackName, stages } from "./config.ts";
import { ActivityLogStack } from "./stack.ts";

const app = new App();
const name: unknown = app.node.tryGetContext("stage") ?? "dev";
if (!isStageName(name)) {
  throw new Error(`There is no stage '${String(name)}': pass -c stage=dev or -c stage=prod.`);
}
new ActivityLogStack(app, stackName(name), stages[name], {
  description: "An append-only activity log for accounting platforms",
});

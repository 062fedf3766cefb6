import { App } from "aws-cdk-lib";
import { stages } from "./config.ts";
import { ActivityLogStack } from "./stack.ts";

const app = new App();
const name: unknown = app.node.tryGetContext("env") ?? "dev";
if (name !== "dev" && name !== "prod")
  throw new Error(`There is no env '${String(name)}': pass -c env=dev or -c env=prod.`);
new ActivityLogStack(app, `activity-log-${name}`, stages[name], {
  description: "An append-only activity log for accounting platforms",
});

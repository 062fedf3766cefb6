import { App } from "aws-cdk-lib";
import { isStageName, stages } from "./config.ts";
import { addStageStacks } from "./stage-stacks.ts";

const app = new App();
const name: unknown = app.node.tryGetContext("stage") ?? "dev";
if (!isStageName(name)) {
  throw new Error(`Unknown stage '${String(name)}'. Pass -c stage=dev or -c stage=prod.`);
}
addStageStacks(app, name, stages[name]);

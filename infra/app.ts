import { App } from "aws-cdk-lib";
import { isStageName, stages } from "./config.ts";
import { addStageStacks } from "./stage-stacks.ts";

const app = new App();
const name: unknown = app.node.tryGetContext("stage") ?? "dev";
if (!isStageName(name)) {
  throw new Error(`There is no stage '${String(name)}': pass -c stage=dev or -c stage=prod.`);
}
addStageStacks(app, name, stages[name]);

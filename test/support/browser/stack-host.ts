import { argv } from "node:process";
import { activityLog } from "#infra/local/demo/activity-log.ts";
import { useUtc } from "#infra/local/environment.ts";
import { startLocalRuntime } from "#infra/local/runtime.ts";
import { emptyDatabase } from "#test/support/dynamodb/shared-dynamodb.ts";

// Hosts a stack in a process of its own: sends its addresses, and stops when its parent disconnects.
useUtc();
const [, , assembly = "", logs = "", dynamodb = ""] = argv;
const stack = await startLocalRuntime({
  ...activityLog,
  assembly,
  logs,
  dynamodb: emptyDatabase(dynamodb),
});
process.once("disconnect", () => void stack.stop());
const { api, endpoints, queues, tables, functions, logFiles } = stack;
process.send?.({ api, endpoints, queues, tables, functions, logFiles });

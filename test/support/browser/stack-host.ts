import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv } from "node:process";
import { activityLog } from "#infra/local/demo/activity-log.ts";
import { buildConsole, consoleFiles } from "#infra/local/demo/console-site.ts";
import { useUtc } from "#infra/local/environment.ts";
import { startLocalRuntime } from "#infra/local/runtime.ts";
import { emptyDatabase } from "#test/support/dynamodb/shared-dynamodb.ts";

// Hosts a stack with the console in a process of its own: sends its addresses, and stops when its parent disconnects.
useUtc();
const [, , assembly = "", logs = "", dynamodb = ""] = argv;
const site = mkdtempSync(join(tmpdir(), "activity-log-site-"));
process.on("exit", () => rmSync(site, { recursive: true, force: true }));
await buildConsole(site);
const stack = await startLocalRuntime({
  ...activityLog(join(logs, "anchors")),
  assembly,
  logs,
  dynamodb: emptyDatabase(dynamodb),
  bucketFiles: consoleFiles(site),
});
process.once("disconnect", () => void stack.stop());
const { api, endpoints, queues, tables, functions, logFiles } = stack;
process.send?.({ api, endpoints, queues, tables, functions, logFiles });

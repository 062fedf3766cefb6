import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { resolveAuditLogSource } from "#clients/cli/audit/resolve-source.ts";
import { aCommandContext } from "#test/unit/cli/command-context.ts";

const origin = "http://127.0.0.1:1";

/** Returns a folder with a file beside a log folder, and the file of a running stack whose event log is that path. */
function folderOfStack(eventLog: string, index?: object): string {
  const cwd = mkdtempSync(join(tmpdir(), "activity-log-source-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  for (const folder of [".local", "logs"]) mkdirSync(join(cwd, folder));
  for (const file of ["private.ndjson", "logs/e.log"]) writeFileSync(join(cwd, file), "{}\n");
  if (index !== undefined) writeFileSync(join(cwd, "logs/audit-logs.json"), JSON.stringify(index));
  const stack = {
    api: origin,
    endpoints: { dynamodb: origin, sqs: origin, lambda: origin },
    queues: { ingest: origin, rejected: origin },
    tables: { events: "events", config: "config" },
    functions: { admin: "admin", repair: "repair" },
    logFiles: { events: join(cwd, eventLog), access: join(cwd, "logs/a.log") },
    pid: process.pid,
  };
  writeFileSync(join(cwd, ".local/stack.json"), JSON.stringify(stack));
  return cwd;
}

const resolve = (cwd: string) =>
  resolveAuditLogSource({ stackName: undefined, folder: undefined }, aCommandContext({ cwd }).context);

describe("the audit logs of a local stack", () => {
  it("are the files that the index of their folder lists", async () => {
    const cwd = folderOfStack("logs/e.log", { events: "e.log", access: "a.log" });
    expect(await resolve(cwd)).toHaveProperty("runQuery");
  });

  it("are refused when their folder has no index", async () => {
    await expect(resolve(folderOfStack("private.ndjson", { events: "e.log", access: "a.log" }))).rejects.toThrow(
      "has no audit-logs.json",
    );
    await expect(resolve(folderOfStack("logs/e.log"))).rejects.toThrow("has no audit-logs.json");
  });

  it("are refused when the index names a file of another folder", async () => {
    const cwd = folderOfStack("logs/e.log", { events: "../private.ndjson", access: "a.log" });
    await expect(resolve(cwd)).rejects.toThrow("audit-logs.json is not valid.");
  });

  it("are refused when one is a link to another file", async () => {
    const cwd = folderOfStack("logs/e.log", { events: "link.log", access: "a.log" });
    symlinkSync("../private.ndjson", join(cwd, "logs/link.log"));
    await expect(resolve(cwd)).rejects.toThrow("link.log is a link, not an audit log.");
  });
});

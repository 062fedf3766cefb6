import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";

/** Returns a folder with the file of a local stack with this port and data folder. */
function folderOfStack(port: number, log_id?: string | null): string {
  const cwd = mkdtempSync(join(tmpdir(), "target-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  mkdirSync(join(cwd, ".local"));
  const origin = `http://127.0.0.1:${port}`;
  const queues = { ingest: `${origin}/000000000000/Ingest`, rejected: `${origin}/000000000000/Rejected` };
  const stackFile = {
    api: origin,
    queues,
    tables: { events: "Events", config: "Config" },
    functions: { admin: "Access", repair: "Repair" },
    endpoints: { dynamodb: origin, sqs: origin, lambda: origin },
    logFiles: { events: "events.log", access: "access.log" },
    pid: process.pid,
    log_id,
  };
  writeFileSync(join(cwd, ".local/stack.json"), JSON.stringify(stackFile));
  return cwd;
}

/** Returns the `storageId` of a local stack with this port and data folder. */
async function storageIdOf(port: number, log_id?: string | null): Promise<string> {
  return (await resolveStack({ cwd: folderOfStack(port, log_id), stack: undefined }, undefined)).storageId;
}

describe("a local stack", () => {
  const apiOf = async (context: { cwd: string; stack: string | undefined }, option?: string) =>
    (await resolveStack(context, option)).api;

  it("is that of the folder, or that of a stack file elsewhere: by option, then by environment", async () => {
    const [here, there] = [folderOfStack(4001), folderOfStack(4002)];
    const file = relative(here, join(there, ".local/stack.json"));
    expect(await apiOf({ cwd: here, stack: undefined })).toBe("http://127.0.0.1:4001");
    expect(await apiOf({ cwd: here, stack: file })).toBe("http://127.0.0.1:4002");
    expect(await apiOf({ cwd: tmpdir(), stack: undefined }, join(there, ".local/stack.json"))).toBe(
      "http://127.0.0.1:4002",
    );
    expect(await apiOf({ cwd: here, stack: "missing.json" }, file)).toBe("http://127.0.0.1:4002");
  });

  it("is explained when the folder has no stack file", async () => {
    const missing = resolveStack({ cwd: "/nowhere", stack: undefined }, undefined);
    await expect(missing).rejects.toThrow(
      "No local stack is running. Start one with npm start in the project of the activity log. In another folder, give its " +
        ".local/stack.json with --stack. For a deployed one, give its name.",
    );
  });
});

describe("storageId of a local stack", () => {
  it("is the same after a restart on the same data folder, and different for another folder", async () => {
    expect(await storageIdOf(4001, "log-a")).toBe(await storageIdOf(4002, "log-a"));
    expect(await storageIdOf(4001, "log-a")).not.toBe(await storageIdOf(4001, "log-b"));
  });

  it("is new after each start without a data folder", async () => {
    expect(await storageIdOf(4001, null)).not.toBe(await storageIdOf(4002, null));
    expect(await storageIdOf(4001)).not.toBe(await storageIdOf(4002));
  });
});

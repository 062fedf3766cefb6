import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";

/** Returns the `storageId` of a local stack with this port and data folder. */
async function storageIdOf(port: number, log_id?: string | null): Promise<string> {
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
  return (await resolveStack(cwd, undefined)).storageId;
}

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

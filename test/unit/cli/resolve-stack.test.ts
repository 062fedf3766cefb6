import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";

/** Returns a folder with the file of a local stack with this port and data folder, or with other contents. */
function folderOfStack(port: number, log_id?: string | null, changed: object = {}): string {
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
    ...changed,
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

describe("a stack file", () => {
  const origin = "http://127.0.0.1:4001";
  const queues = { ingest: `${origin}/1/Ingest`, rejected: `${origin}/1/Rejected` };
  const endpoints = { dynamodb: origin, sqs: origin, lambda: origin };
  const resolveWith = (changed: object) =>
    resolveStack({ cwd: folderOfStack(4001, null, changed), stack: undefined }, undefined);

  it.each([
    ["api", { api: "https://elsewhere.example" }],
    ["api", { api: "http://127.0.0.1.elsewhere.example:4001" }],
    ["api", { api: "http://127.0.0.1@elsewhere.example" }],
    ["api", { api: "not a url" }],
    ["queues.ingest", { queues: { ...queues, ingest: "https://elsewhere.example/1/Ingest" } }],
    ["queues.rejected", { queues: { ...queues, rejected: "https://elsewhere.example/1/Rejected" } }],
    ["queues.ingest_dead_letters", { queues: { ...queues, ingest_dead_letters: "https://elsewhere.example/1/Dead" } }],
    ["endpoints.sqs", { endpoints: { ...endpoints, sqs: "http://169.254.169.254" } }],
    ["endpoints.dynamodb", { endpoints: { ...endpoints, dynamodb: "http://10.0.0.1" } }],
    ["endpoints.lambda", { endpoints: { ...endpoints, lambda: "http://0.0.0.0:1" } }],
  ])("is refused when %s is an address of another machine: %j", async (field, changed) => {
    await expect(resolveWith(changed)).rejects.toThrow(`${field} is not an address of this machine.`);
  });

  it.each(["http://localhost:1", "http://[::1]:1"])("may name %s", async (api) => {
    expect((await resolveWith({ api })).api).toBe(api);
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

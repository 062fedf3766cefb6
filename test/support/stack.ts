import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, inject } from "vitest";
import { activityLog } from "#infra/local/demo/activity-log.ts";
import { writeAuditLogIndex } from "#infra/local/demo/audit-log-index.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import { type LocalRuntime, startLocalRuntime } from "#infra/local/runtime.ts";
import { foreignLines } from "./audit-lines.ts";
import { emptyDatabase } from "./dynamodb/shared-dynamodb.ts";
import { findSecrets } from "./secret-scan.ts";
import { connectToStack, type StackClient } from "./stack-client.ts";

export type { Tenant } from "./stack-client.ts";

/** A running stack of a test file, with helpers. It stops after the tests of the file. */
export type TestStack = LocalRuntime & StackClient & { readonly logs: string };

/** Starts the stack, or a modified assembly, optionally with injected faults. */
export async function startStack(assembly: string = inject("assembly"), faults?: FaultInjector): Promise<TestStack> {
  const logs = mkdtempSync(join(tmpdir(), "activity-log-logs-"));
  const dynamodb = emptyDatabase(inject("dynamodb"));
  const stack = await startLocalRuntime({
    ...activityLog(join(logs, "anchors")),
    assembly,
    logs,
    dynamodb,
    ...(faults === undefined ? {} : { faultInjector: faults }),
  });
  writeAuditLogIndex(stack, logs);
  const client = connectToStack(stack);
  afterAll(async () => {
    await stack.stop();
    const found = findSecrets(logs, stack.logFiles.events ?? "", client.secrets);
    const foreign = foreignLines(stack);
    rmSync(logs, { recursive: true, force: true });
    // The logs of every test are scanned.
    expect(found).toEqual([]);
    expect(foreign).toEqual([]);
  });
  return { ...stack, ...client, logs };
}

/** Returns all log output of the functions of a stack so far. */
export function readLogs(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import * as z from "zod";
import { createViewerKeyStore } from "#shared/auth/dynamodb/viewer-key-store.ts";
import { foreignLines } from "#test/support/audit-lines.ts";
import { findSecrets } from "#test/support/secret-scan.ts";
import { connectToStack, type StackAddresses } from "#test/support/stack-client.ts";
import { aViewerKey } from "#test/support/viewer-tokens.ts";
import { projectNode } from "./project-node.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The one stack of the browser tests: each test has an organisation of its own in it. */
    stack: StackAddresses;
  }
}

const names = z.record(z.string(), z.string());
const addressesSchema = z.object({
  api: z.string(),
  endpoints: z.object({
    dynamodb: z.string(),
    kms: z.string(),
    lambda: z.string(),
    logs: z.string(),
    sqs: z.string(),
  }),
  queues: names,
  tables: names,
  functions: names,
  logFiles: names,
});

/**
 * Starts a stack in a process of its own for all files of a level, with a key for viewer tokens. Throws at the end if its
 * logs hold secrets. Needs the assembly and DynamoDB Local.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { assembly = "", dynamodb = "" } = project.vitest.getRootProject().getProvidedContext();
  const logs = mkdtempSync(join(tmpdir(), "activity-log-logs-"));
  const host = fork("test/support/browser/stack-host.ts", [assembly, logs, dynamodb], {
    execPath: projectNode(),
    execArgv: [],
  });
  const stack = await receiveAddresses(host);
  const { secrets, admin, dynamodb: client } = connectToStack(stack);
  await admin({ action: "viewer-key.rotate" });
  // Too new to sign. It verifies what tests sign, such as tokens that have expired.
  const created_at = new Date(Date.now() + 3_600_000).toISOString();
  await createViewerKeyStore(client, stack.tables.config ?? "").add(aViewerKey({ created_at }));
  project.provide("stack", stack);
  return async () => {
    const exited = once(host, "exit");
    host.disconnect();
    await exited;
    const found = [...findSecrets(logs, stack.logFiles.events ?? "", secrets), ...foreignLines(stack)];
    rmSync(logs, { recursive: true, force: true });
    if (found.length > 0) throw new Error(`The logs of the stack hold what they may not: ${found.join("\n")}`);
  };
}

async function receiveAddresses(host: ChildProcess): Promise<StackAddresses> {
  const exited = once(host, "exit").then(([code]) => {
    throw new Error(`The process of the stack has exited with code ${code}.`);
  });
  const [message] = await Promise.race([once(host, "message"), exited]);
  exited.catch(() => {});
  return addressesSchema.parse(message);
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startDynamoDb } from "#infra/local/emulators/dynamodb.ts";
import { findJava } from "#infra/local/emulators/java.ts";
import { deployedStack } from "./environment.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the one DynamoDB Local of a run listens. It keeps a database for each access key. */
    dynamodb: string;
  }
}

/** Starts DynamoDB Local in memory; the first level that needs it does so for all. */
export async function setup({ vitest }: TestProject): Promise<() => Promise<void>> {
  const root = vitest.getRootProject();
  if (deployedStack() !== null || root.getProvidedContext().dynamodb !== undefined) return async () => {};
  const folder = mkdtempSync(join(tmpdir(), "activity-log-dynamodb-"));
  const engine = await startDynamoDb({
    java: await findJava(),
    data: undefined,
    logFile: join(folder, "engine.log"),
  });
  root.provide("dynamodb", engine.origin);
  return async () => {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import type { TestProject } from "vitest/node";
import { synthesize } from "#infra/local/synthesize.ts";
import { withoutSourceMaps } from "#shared/platform/cdk-context.ts";
import { deployedStack } from "./environment.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the synthesized stack. */
    assembly: string;
  }
}

/**
 * Synthesizes the stack into a temporary folder, once for all levels that need it. Not for tests of a deployed stack.
 */
export async function setup({ vitest }: TestProject): Promise<() => void> {
  const root = vitest.getRootProject();
  if (deployedStack() !== null || root.getProvidedContext().assembly !== undefined) return () => {};
  const assembly = mkdtempSync(join(tmpdir(), "activity-log-cdk-"));
  await synthesize({ project: vitest.config.root, assembly, environment: env, context: withoutSourceMaps });
  root.provide("assembly", assembly);
  return () => rmSync(assembly, { recursive: true, force: true });
}

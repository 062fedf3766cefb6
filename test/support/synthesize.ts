import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { deployedStack } from "./environment.ts";
import { trustCertificates } from "./trusted-certificates.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the synthesized stack. */
    assembly: string;
  }
}

/**
 * Synthesizes the stack once for all tests, into a folder of its own, and makes the certificates that they trust. Tests
 * of a deployed stack need neither.
 */
export async function setup(project: TestProject): Promise<() => void> {
  if (deployedStack() !== null) return () => {};
  const assembly = mkdtempSync(join(tmpdir(), "activity-log-cdk-"));
  execFileSync("node", ["infra/app.ts"], { env: { ...process.env, CDK_OUTDIR: assembly }, stdio: "inherit" });
  project.provide("assembly", assembly);
  const forget = await trustCertificates(project);
  return () => {
    forget();
    rmSync(assembly, { recursive: true, force: true });
  };
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Certificates, createCertificates } from "#test/support/webhooks/certificates.ts";
import { deployedStack, setEnvironment } from "./environment.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Certificates of an authority that every test process trusts. */
    certificates: Certificates;
  }
}

/**
 * Makes certificates that the processes of the tests trust, and so do the functions in their threads: those see nothing
 * of the environment, but Node reads this variable for all threads of a process, when that begins. The first level that
 * needs them makes them for all. Tests of a deployed stack trust what its caller says.
 */
export async function setup({ vitest }: TestProject): Promise<() => void> {
  const root = vitest.getRootProject();
  if (deployedStack() !== null || root.getProvidedContext().certificates !== undefined) return () => {};
  const certificates = await createCertificates();
  const folder = mkdtempSync(join(tmpdir(), "activity-log-authority-"));
  const file = join(folder, "authority.pem");
  writeFileSync(file, certificates.authority);
  setEnvironment({ NODE_EXTRA_CA_CERTS: file });
  root.provide("certificates", certificates);
  return () => rmSync(folder, { recursive: true, force: true });
}

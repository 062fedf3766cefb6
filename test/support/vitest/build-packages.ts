import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundleCode } from "#clients/build/bundle-code.ts";
import { readManifest } from "#clients/build/package-manifest.ts";

/** Bundles the packages that the examples import, as they are now. Their declarations are not needed to run them. */
export async function setup({ vitest }: TestProject): Promise<void> {
  for (const name of ["client", "emitter", "webhooks"]) {
    const folder = join(vitest.config.root, "clients", name);
    await bundleCode(folder, readManifest(folder));
  }
}

import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundleCode } from "./bundle-code.ts";
import { bundleDeclarations } from "./bundle-declarations.ts";
import { root } from "./emit-declarations.ts";
import { readManifest } from "./package-manifest.ts";

/** Builds the `dist` of the package in a folder, and copies the licence, which npm packs only from there. */
export async function buildPackage(folder: string): Promise<void> {
  const manifest = readManifest(folder);
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  await bundleCode(folder, manifest);
  bundleDeclarations(folder, manifest);
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
}

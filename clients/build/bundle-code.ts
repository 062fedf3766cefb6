import { join } from "node:path";
import { build } from "esbuild";
import type { PackageManifest } from "./package-manifest.ts";

/**
 * Bundles the code of a package into its `dist`, all but its dependencies. Throws `Error` if the code imports a package that
 * is not one of them, or if it does not import one of them.
 */
export async function bundleCode(folder: string, { target, exported, programs, dependencies }: PackageManifest) {
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [...exported, ...programs],
    outdir: "dist",
    bundle: true,
    format: "esm",
    platform: "neutral",
    target,
    external: ["node:*", ...dependencies],
    // Entry points share what they have in common, such as error classes, and programs import commands on demand.
    splitting: true,
    chunkNames: "shared-[hash]",
    legalComments: "none",
    metafile: true,
    logLevel: "error",
  });
  const bundled = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules/"));
  if (bundled.length > 0) throw new Error(`Imported, but not in dependencies: ${bundled.join(", ")}`);
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const unused = dependencies.filter((name) => !imported.some((path) => path === name || path.startsWith(`${name}/`)));
  if (unused.length > 0) throw new Error(`In dependencies, but not imported: ${unused.join(", ")}`);
  return Object.keys(metafile.outputs).map((path) => join(folder, path));
}

import { resolve } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { minifyStyles } from "./minify-styles.ts";
import type { PackageManifest } from "./package-manifest.ts";
import { bundledPackages, writeLicences } from "./third-party-licences.ts";

/** A library runs anywhere. It is not minified, so that stack traces show its code. */
const library = { platform: "neutral" } satisfies BuildOptions;

/** A program is installed as one package without dependencies; without the CommonJS variants of what it bundles. */
const program = {
  platform: "node",
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  // Dependencies in CommonJS call `require` for modules of Node.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
} satisfies BuildOptions;

/** What a browser loads is minified, with the packages that it imports. What it loads on demand keeps its name. */
const component = {
  platform: "browser",
  minify: true,
  chunkNames: "[name]-[hash]",
  plugins: [minifyStyles],
} satisfies BuildOptions;

/**
 * Bundles the code of a package into its `dist`, or another folder, all but its dependencies. A program has its packages in
 * the bundle, with their licences, and so has what browsers load. Throws `Error` if the code of a library imports a package
 * that is not one of its dependencies, or if it does not import one of them.
 */
export async function bundleCode(
  folder: string,
  { target, exported, programs, dependencies, isForBrowsers }: PackageManifest,
  outdir = "dist",
): Promise<void> {
  const isStandalone = isForBrowsers || programs.length > 0;
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [...exported, ...programs],
    outdir,
    bundle: true,
    format: "esm",
    target: [...target],
    external: ["node:*", ...dependencies],
    // Entry points share what they have in common, such as error classes, and programs import commands on demand.
    splitting: true,
    chunkNames: "shared-[hash]",
    legalComments: "none",
    metafile: true,
    logLevel: "error",
    ...(isForBrowsers ? component : programs.length > 0 ? program : library),
  });
  assertDependencies(metafile, dependencies);
  const bundled = bundledPackages(folder, metafile);
  if (isStandalone) writeLicences(resolve(folder, outdir), bundled);
  else if (bundled.length > 0) throw new Error(`Imported, but not in dependencies: ${toNames(bundled).join(", ")}`);
}

function assertDependencies({ outputs }: Metafile, dependencies: readonly string[]): void {
  const imported = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const unused = dependencies.filter((name) => !imported.some((path) => path === name || path.startsWith(`${name}/`)));
  if (unused.length > 0) throw new Error(`In dependencies, but not imported: ${unused.join(", ")}`);
}

function toNames(packageFolders: readonly string[]): string[] {
  return packageFolders.map((path) => path.replace(/^.*node_modules[\\/]/, ""));
}

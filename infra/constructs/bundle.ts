import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";

const root = join(import.meta.dirname, "../..");

/** Options for all code that runs in Lambda. Includes the AWS SDK: the copy in the runtime starts more slowly. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  // Some dependencies of the SDK are CommonJS and load Node's modules by `require`.
  banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  minify: true,
  sourcemap: "external",
  legalComments: "none",
  outExtension: { ".js": ".mjs" },
  metafile: true,
  logLevel: "error",
} satisfies BuildOptions;

/**
 * Options for functions. Credentials come from the environment, so other providers are left out: they would slow cold
 * starts. Splitting keeps dynamic imports in separate files for the same reason.
 */
export const functionBundling = {
  ...bundling,
  alias: { "@aws-sdk/credential-provider-node": join(root, "shared/platform/aws/credentials.ts") },
  splitting: true,
} satisfies BuildOptions;

/**
 * Bundles one function. Returns the folder to deploy, and esbuild's metafile. Source maps go to `.build/source-maps`: in
 * the function they would slow cold starts.
 */
export function bundle(entry: string, { sourceMaps = true } = {}): { folder: string; metafile: Metafile } {
  const { metafile, outputFiles } = buildSync({
    ...functionBundling,
    sourcemap: sourceMaps && functionBundling.sourcemap,
    entryPoints: { index: entry },
    // Not written: the names of files depend on the path from here to the sources, and must not vary by machine.
    outdir: join(root, ".build/function"),
    write: false,
  });
  const folder = mkdtempSync(join(tmpdir(), "activity-log-"));
  const maps = join(root, ".build/source-maps", entry.replaceAll("/", "-"));
  if (sourceMaps) mkdirSync(maps, { recursive: true });
  // esbuild also emits files that only unused code of the SDK imports.
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => basename(path)));
  const deployed = new Set(["index.mjs", ...imported].flatMap((name) => [name, `${name}.map`]));
  for (const { path, contents } of outputFiles) {
    const name = basename(path);
    if (deployed.has(name)) writeFileSync(join(name.endsWith(".map") ? maps : folder, name), contents);
  }
  for (const name of sourceMaps ? readdirSync(maps) : [])
    if (!deployed.has(name)) rmSync(join(maps, name), { force: true });
  return { folder, metafile };
}

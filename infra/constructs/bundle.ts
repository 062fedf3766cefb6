import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";

const root = join(import.meta.dirname, "../..");

/**
 * How everything that runs in Lambda is bundled: with the AWS SDK in it, since the runtime's own copy starts slower.
 */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  // Some of the SDK's dependencies are CommonJS and ask for Node's modules by `require`.
  banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  minify: true,
  sourcemap: "external",
  legalComments: "none",
  outExtension: { ".js": ".mjs" },
  metafile: true,
  logLevel: "error",
} satisfies BuildOptions;

/**
 * The same for functions. Their credentials come from the environment: other providers would only be read at starts.
 * What is imported while they run, by the SDK too, has a file of its own for the same reason.
 */
export const functionBundling = {
  ...bundling,
  alias: { "@aws-sdk/credential-provider-node": join(root, "shared/platform/aws/credentials.ts") },
  splitting: true,
} satisfies BuildOptions;

/**
 * Bundles one function. Returns the folder that is deployed and what it consists of. The maps of minified stack traces
 * are written to `.build/source-maps`: in the function they would slow its start.
 */
export function bundle(entry: string, { sourceMaps = true } = {}): { folder: string; metafile: Metafile } {
  const { metafile, outputFiles } = buildSync({
    ...functionBundling,
    sourcemap: sourceMaps && functionBundling.sourcemap,
    entryPoints: { index: entry },
    // Nothing is there: names of files depend on where the sources are from here, and must be the same on any machine.
    outdir: join(root, ".build/function"),
    write: false,
  });
  const folder = mkdtempSync(join(tmpdir(), "activity-log-"));
  const maps = join(root, ".build/source-maps", entry.replaceAll("/", "-"));
  if (sourceMaps) mkdirSync(maps, { recursive: true });
  // esbuild also makes files that only unused code of the SDK would import.
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => basename(path)));
  const wanted = new Set(["index.mjs", ...imported].flatMap((name) => [name, `${name}.map`]));
  for (const { path, contents } of outputFiles) {
    const name = basename(path);
    if (wanted.has(name)) writeFileSync(join(name.endsWith(".map") ? maps : folder, name), contents);
  }
  for (const name of sourceMaps ? readdirSync(maps) : [])
    if (!wanted.has(name)) rmSync(join(maps, name), { force: true });
  return { folder, metafile };
}

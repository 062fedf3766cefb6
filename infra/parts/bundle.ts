import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";

const root = join(import.meta.dirname, "../..");
const sourceMaps = join(root, ".build/source-maps");

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
  metafile: true,
  logLevel: "error",
} satisfies BuildOptions;

/** The same for functions. Their credentials come from the environment: other providers would only be read at starts. */
export const functionBundling = {
  ...bundling,
  alias: { "@aws-sdk/credential-provider-node": join(root, "shared/lambda/credentials.ts") },
} satisfies BuildOptions;

/** Bundles one function. Gives the folder that Lambda gets, and what went into it. */
export function bundle(entry: string): { folder: string; metafile: Metafile } {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-"));
  const outfile = join(folder, "index.mjs");
  const { metafile } = buildSync({ ...functionBundling, entryPoints: [entry], outfile });
  // Stacks in the log are of minified code. The map that reads them stays here: in the function it would slow its
  // start.
  mkdirSync(sourceMaps, { recursive: true });
  cpSync(`${outfile}.map`, join(sourceMaps, `${entry.replaceAll("/", "-")}.map`));
  rmSync(`${outfile}.map`);
  return { folder, metafile };
}

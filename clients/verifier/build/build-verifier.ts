import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { toStandalonePage } from "./standalone-page.ts";

const folder = resolve(import.meta.dirname, "..");

/** The oldest browsers with Ed25519 in WebCrypto. */
const browsers = ["chrome137", "firefox129", "safari17"];

/** The code stays readable, so that an auditor can read what verifies. */
const common: BuildOptions = {
  absWorkingDir: folder,
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "error",
  write: false,
};

/**
 * Builds the verifier into a folder: `activity-verify.mjs` for Node, `activity-verify.html` for browsers, each one file
 * without dependencies, and `SHA256SUMS`. The same sources make the same bytes.
 */
export async function buildVerifier(outdir: string): Promise<void> {
  const files = new Map([
    ["activity-verify.html", await bundlePage()],
    ["activity-verify.mjs", await bundleProgram()],
  ]);
  const sums = [...files].map(([name, text]) => `${createHash("sha256").update(text).digest("hex")}  ${name}\n`);
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  for (const [name, text] of [...files, ["SHA256SUMS", sums.join("")] as const])
    writeFileSync(join(outdir, name), text);
}

/** Returns the program for Node as one file. */
export async function bundleProgram(): Promise<string> {
  const { outputFiles } = await build({ ...common, ...program, write: false });
  return `#!/usr/bin/env node\n// The verifier of the activity log. Apache-2.0. Run it without arguments for its usage.\n${outputFiles[0]?.text}`;
}

const program = {
  entryPoints: ["main.ts"],
  platform: "node",
  format: "esm",
  target: "node20",
  external: ["node:*"],
} satisfies BuildOptions;

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    entryPoints: ["page/page.ts"],
    platform: "browser",
    format: "iife",
    target: browsers,
    write: false,
  });
  const read = (name: string) => readFileSync(join(folder, "page", name), "utf8");
  return toStandalonePage(read("page.html"), { script: outputFiles[0]?.text ?? "", style: read("page.css") });
}

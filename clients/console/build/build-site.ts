import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { minifyStyles } from "#clients/build/minify-styles.ts";
import { readManifest } from "#clients/build/package-manifest.ts";
import { bundledPackages, writeLicences } from "#clients/build/third-party-licences.ts";
import { consolePath } from "#shared/platform/console-path.ts";
import { findReferences, linkAssets } from "./index-page.ts";

export const sourceFolder = resolve(import.meta.dirname, "..");

/** What the pages read when they start, from `config.json`. */
export type ConsoleConfig = {
  /** Origin of the API; empty for the origin of the console itself. */
  readonly api: string;
  readonly stage: string;
};

/**
 * Builds the site of the console into an emptied folder, with its files at their paths: `console/index.html`,
 * `console/assets/NAME-HASH.*`, its configuration, and the licences of the packages in it. The same sources give the same
 * names. Returns what esbuild wrote. Throws `BuildFailure` for code that it cannot bundle.
 */
export async function buildSite(site: string, config: ConsoleConfig): Promise<Metafile> {
  rmSync(site, { recursive: true, force: true });
  const { metafile } = await build(bundleOptions(site));
  const outdir = join(site, consolePath);
  writeFileSync(join(outdir, "config.json"), JSON.stringify(config));
  writeLicences(outdir, bundledPackages(sourceFolder, metafile));
  return metafile;
}

/** Returns what esbuild needs to bundle the console into the folder of a site. */
export function bundleOptions(site: string) {
  const outdir = join(site, consolePath);
  const page = readFileSync(join(sourceFolder, "index.html"), "utf8");
  return {
    absWorkingDir: sourceFolder,
    entryPoints: [...findReferences(page)],
    outdir,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: [...readManifest(sourceFolder).target],
    // What a page imports on demand is a file of its own.
    splitting: true,
    minify: true,
    // Only developer tools load them. The sources are public.
    sourcemap: "linked",
    legalComments: "none",
    // A name changes with its content, so browsers may keep it for ever.
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    loader: { ".svg": "copy" },
    plugins: [minifyStyles, indexPage(page, outdir)],
    metafile: true,
    logLevel: "error",
  } as const satisfies BuildOptions;
}

/** Writes `index.html` after each build. */
function indexPage(page: string, outdir: string): Plugin {
  return {
    name: "index-page",
    setup({ onEnd }) {
      onEnd(({ metafile }) => {
        if (metafile !== undefined) writeFileSync(join(outdir, "index.html"), linkAssets(page, metafile, consolePath));
      });
    },
  };
}

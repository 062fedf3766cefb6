import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { minifyStyles } from "#clients/build/minify-styles.ts";
import { readManifest } from "#clients/build/package-manifest.ts";
import { bundledPackages, writeLicences } from "#clients/build/third-party-licences.ts";
import { findReferences, linkAssets } from "./index-page.ts";

const folder = resolve(import.meta.dirname, "..");

/** The path of the console at the origin that serves it. */
const basePath = "/console/";

/**
 * Builds the console into an emptied folder: `index.html`, `assets/NAME-HASH.*` and the licences of the packages in them.
 * The same sources give the same names. Returns what esbuild wrote. Throws `BuildFailure` for code that it cannot bundle.
 */
export async function bundleConsole(outdir: string): Promise<Metafile> {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build(consoleBuild(outdir));
  writeLicences(outdir, bundledPackages(folder, metafile));
  return metafile;
}

/** Returns what esbuild needs to build the console into a folder. */
export function consoleBuild(outdir: string) {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  return {
    absWorkingDir: folder,
    entryPoints: [...findReferences(page)],
    outdir,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: [...readManifest(folder).target],
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
        if (metafile !== undefined) writeFileSync(join(outdir, "index.html"), linkAssets(page, metafile, basePath));
      });
    },
  };
}

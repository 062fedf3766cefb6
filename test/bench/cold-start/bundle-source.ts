import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";

/** Bundles the source of a baseline. Returns its entry file, and esbuild's metafile. */
export function bundleSource(contents: string, options: BuildOptions): { file: string; metafile: Metafile } {
  const outdir = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
  const stdin = { contents, resolveDir: import.meta.dirname };
  const { metafile } = buildSync({ ...options, metafile: true, stdin, outdir, entryNames: "index" });
  return { file: join(outdir, "index.mjs"), metafile };
}

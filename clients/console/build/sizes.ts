import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Metafile } from "esbuild";
import { sourceFolder } from "./build-site.ts";

export type ScriptSize = {
  readonly name: string;
  readonly bytes: number;
  readonly gzipped: number;
  /** Whether a page loads it before it shows anything. */
  readonly isFirst: boolean;
};

/** Returns the sizes of the scripts of a build, first those that every page loads, then those that pages load on demand. */
export function listSizes({ outputs }: Metafile): readonly ScriptSize[] {
  const first = firstLoaded(outputs);
  const scripts = Object.keys(outputs).filter((path) => path.endsWith(".js"));
  const sizes = scripts.map((path) => {
    const code = readFileSync(join(sourceFolder, path));
    return {
      name: basename(path),
      bytes: code.length,
      gzipped: gzipSync(code, { level: 9 }).length,
      isFirst: first.has(path),
    };
  });
  return sizes.sort((a, b) => Number(b.isFirst) - Number(a.isFirst) || b.gzipped - a.gzipped);
}

/** Returns the paths of the entry point and of all that it imports, but not on demand. */
function firstLoaded(outputs: Metafile["outputs"]): ReadonlySet<string> {
  const found = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === "main.ts"));
  for (const path of found) {
    for (const { kind, path: imported } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") found.add(imported);
  }
  return found;
}

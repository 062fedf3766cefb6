import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import * as z from "zod";

/** Node finds declarations by `types` and code by `default`; each file in `dist` is built from the source of its name. */
const exportSchema = z.strictObject({ types: z.string(), default: z.string() });

const manifestSchema = z.object({
  name: z.string(),
  engines: z.object({ node: z.string().regex(/^>=\d+(?:\.\d+)*$/) }),
  exports: z.optional(z.record(z.string(), z.union([exportSchema, z.literal("./package.json")]))),
  bin: z.optional(z.record(z.string(), z.string())),
  browserslist: z.optional(z.array(z.string().regex(/^[a-z]+ [\d.]+$/))),
  dependencies: z.optional(z.record(z.string(), z.string())),
  peerDependencies: z.optional(z.record(z.string(), z.string())),
});

/** What the build needs to know of a package. */
export type PackageManifest = {
  readonly name: string;
  /** esbuild's names of the oldest browsers that the package supports; for packages without any, of the oldest Node. */
  readonly target: readonly string[];
  /** Whether browsers load its files as they are: packages that it imports are in them. */
  readonly isForBrowsers: boolean;
  /** The sources that are exported, and so have declarations, relative to the package. */
  readonly exported: readonly string[];
  /** The sources of programs. */
  readonly programs: readonly string[];
  /** What users install with it, or before it. */
  readonly dependencies: readonly string[];
};

/** Reads the manifest of the package in a folder. Throws `ZodError`, or `Error` for an entry point outside `dist`. */
export function readManifest(folder: string): PackageManifest {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  const targets = Object.values(manifest.exports ?? {}).filter((target) => typeof target !== "string");
  return {
    name: manifest.name,
    target: manifest.browserslist?.map((browser) => browser.replace(" ", "")) ?? [
      manifest.engines.node.replace(">=", "node"),
    ],
    isForBrowsers: manifest.browserslist !== undefined,
    exported: targets.map((target) => toSource(target.default, target.types)),
    programs: Object.values(manifest.bin ?? {}).map((path) => toSource(path)),
    dependencies: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  };
}

function toSource(code: string, types?: string): string {
  const [, name] = /^(?:\.\/)?dist\/([\w-]+)\.js$/.exec(code) ?? [];
  if (name === undefined) throw new Error(`${code}: entry points must be dist/NAME.js.`);
  if (types !== undefined && posix.normalize(types) !== `dist/${name}.d.ts`) {
    throw new Error(`${types}: the declarations of ${code} must be dist/${name}.d.ts.`);
  }
  return `${name}.ts`;
}

import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSync, type Metafile } from "esbuild";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { bundle, bundling } from "#infra/constructs/bundle.ts";

const root = join(import.meta.dirname, "../../..");
const json = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));
const versions = z.optional(z.record(z.string(), z.string()));
const manifestSchema = z.object({ dependencies: versions, devDependencies: versions });
const { packages } = z
  .object({ packages: z.record(z.string(), z.object({ dev: z.optional(z.boolean()) })) })
  .parse(json("package-lock.json"));

const packagePattern = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/;

/** The packages that a bundle holds, as the lock file names them. */
function bundledPackages({ inputs }: Metafile): string[] {
  return [...new Set(Object.keys(inputs).flatMap((file) => packagePattern.exec(file)?.[0] ?? []))].sort();
}

/** The packages that the repository's own files in a bundle import. */
function importedPackages({ inputs }: Metafile): string[] {
  const own = Object.entries(inputs).filter(([file]) => !packagePattern.test(file));
  return own.flatMap(([, { imports }]) => imports.flatMap(({ path }) => packagePattern.exec(path)?.[1] ?? []));
}

function bundleFunction(entry: string): Metafile {
  const { folder, metafile } = bundle(entry, { sourceMaps: false });
  rmSync(folder, { recursive: true });
  return metafile;
}

const entries = globSync("functions/*/*.ts", { cwd: root }).sort();
const functions = new Map(entries.map((entry) => [entry, bundleFunction(entry)]));

describe("dependencies", () => {
  const { dependencies = {} } = manifestSchema.parse(json("package.json"));

  it("are exactly the packages that functions import", () => {
    const imported = new Set([...functions.values()].flatMap(importedPackages));
    expect(Object.keys(dependencies)).toEqual([...imported].sort());
  });

  it.each([...functions])("or of those, are all that %s holds", (_, metafile) => {
    const held = bundledPackages(metafile);
    expect(held.filter((name) => packages[name] === undefined || packages[name].dev === true)).toEqual([]);
  });
});

describe("devDependencies of the command line", () => {
  const { dependencies, devDependencies = {} } = manifestSchema.parse(json("clients/cli/package.json"));
  const options = { ...bundling, outdir: join(root, ".build/clients"), write: false, sourcemap: false } as const;
  const { metafile } = buildSync({ ...options, entryPoints: ["clients/cli/main.ts"] });

  it("are exactly the packages that it imports, since it has all of them in its bundle", () => {
    expect(Object.keys(devDependencies)).toEqual([...new Set(importedPackages(metafile))].sort());
    expect(dependencies).toBeUndefined();
  });

  it("have the versions that the rest of the repository uses", () => {
    expect(bundledPackages(metafile).filter((name) => name.startsWith("clients/"))).toEqual([]);
  });
});

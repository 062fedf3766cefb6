import { execFile } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { createPackageFromTarballData } from "@arethetypeswrong/core";
import * as z from "zod";

const repository = resolve(import.meta.dirname, "../../..");

const manifestSchema = z.looseObject({
  name: z.string(),
  private: z.optional(z.boolean()),
  exports: z.optional(z.record(z.string(), z.unknown())),
  bin: z.optional(z.record(z.string(), z.string())),
  engines: z.object({ node: z.string() }),
  dependencies: z.optional(z.record(z.string(), z.string())),
});

/** A package as `npm pack` writes it. */
export type PackedPackage = {
  readonly manifest: z.infer<typeof manifestSchema>;
  readonly tarball: Uint8Array<ArrayBuffer>;
  /** The text of each file, by its path in the package. */
  readonly files: ReadonlyMap<string, string>;
};

const packed = new Map<string, Promise<PackedPackage>>();

/** Builds and packs a package, as `npm pack` in its folder does; once in a worker. */
export function packPackage(name: string): Promise<PackedPackage> {
  const earlier = packed.get(name);
  if (earlier !== undefined) return earlier;
  const packing = pack(join(repository, "clients", name));
  packed.set(name, packing);
  return packing;
}

async function pack(folder: string): Promise<PackedPackage> {
  const destination = mkdtempSync(join(tmpdir(), "activity-log-pack-"));
  try {
    await promisify(execFile)("npm", ["pack", "--pack-destination", destination], { cwd: folder });
    const [file = ""] = globSync("*.tgz", { cwd: destination });
    const tarball = new Uint8Array(readFileSync(join(destination, file)));
    const content = createPackageFromTarballData(tarball);
    const prefix = `/node_modules/${content.packageName}/`;
    const paths = content.listFiles();
    return {
      manifest: manifestSchema.parse(JSON.parse(content.readFile(`${prefix}package.json`))),
      tarball,
      files: new Map(paths.map((path) => [path.slice(prefix.length), content.readFile(path)])),
    };
  } finally {
    rmSync(destination, { recursive: true });
  }
}

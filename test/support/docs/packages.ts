import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { bundleCode } from "#clients/build/bundle-code.ts";
import { readManifest } from "#clients/build/package-manifest.ts";
import { projectFolder } from "./pages.ts";

const manifestSchema = z.object({
  name: z.string(),
  exports: z.optional(z.record(z.string(), z.union([z.string(), z.object({ types: z.string() })]))),
});

/**
 * Returns the sources of the packages in `clients` by the names under which users import them, for `paths` of a
 * `tsconfig.json` in a folder two levels below the project.
 */
export function packageSources(): Record<string, readonly string[]> {
  const sources = globSync("clients/*/package.json", { cwd: projectFolder }).flatMap((file) => {
    const { name, exports = {} } = manifestSchema.parse(JSON.parse(readFileSync(join(projectFolder, file), "utf8")));
    return Object.entries(exports).flatMap(([path, target]) => {
      if (typeof target === "string") return [];
      const source = target.types.replace("./dist/", "").replace(".d.ts", ".ts");
      return [[join(name, path), [`../../${dirname(file)}/${source}`]] as const];
    });
  });
  return Object.fromEntries(sources);
}

/**
 * Installs packages of `clients` in a folder, with links to all others of the project. They are built from a copy, because
 * other tests may build the same package.
 */
export async function installPackages(folder: string, names: readonly string[]): Promise<void> {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@activity-log"), { recursive: true });
  for (const name of globSync(["*", ".bin", "@*/*"], { cwd: join(projectFolder, "node_modules") })) {
    if (name.startsWith("@activity-log") || (name.startsWith("@") && !name.includes("/"))) continue;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(projectFolder, "node_modules", name), join(modules, name));
  }
  mkdirSync(join(projectFolder, ".build"), { recursive: true });
  const workspace = mkdtempSync(join(projectFolder, ".build/packages-"));
  try {
    for (const name of names) {
      const copy = join(workspace, name);
      cpSync(join(projectFolder, "clients", name), copy, { recursive: true });
      await bundleCode(copy, readManifest(copy));
      cpSync(copy, join(modules, "@activity-log", name), { recursive: true });
    }
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

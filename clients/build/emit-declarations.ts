import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";

export const root = join(import.meta.dirname, "../..");

/**
 * Returns a new folder with the declarations of the sources of a package and of what they import, at their paths in the
 * repository. Throws `Error` if they have type errors, which the compiler prints.
 */
export function emitDeclarations(packageFolder: string, sources: readonly string[]): string {
  mkdirSync(join(root, ".build"), { recursive: true });
  const folder = mkdtempSync(join(root, ".build/declarations-"));
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir: folder,
  };
  const files = sources.map((source) => join(root, source));
  const config = { extends: findConfig(packageFolder), compilerOptions, files, include: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  try {
    execFileSync(execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "inherit" });
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  return folder;
}

/** A package for browsers has its own settings, which know the DOM. */
function findConfig(packageFolder: string): string {
  const own = join(packageFolder, "tsconfig.json");
  return existsSync(own) ? own : join(root, "tsconfig.json");
}

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import type { PackedPackage } from "./packed-package.ts";

const modules = resolve(import.meta.dirname, "../../../node_modules");
const tsc = join(modules, "typescript/bin/tsc");

/** How a user's compiler finds packages. */
export const resolutions = {
  node16: { module: "node16", moduleResolution: "node16" },
  bundler: { module: "preserve", moduleResolution: "bundler" },
} as const;

/** A project outside the repository, in which only one package is installed. */
export type EmptyProject = {
  readonly folder: string;
  write(name: string, text: string): void;
  /** Returns the findings of the compiler in files of the project. */
  typeCheck(names: readonly string[], resolution: keyof typeof resolutions): Promise<string>;
};

/**
 * Creates a project with a package, until the test ends. The dependencies of its manifest, and `others` for the program, are
 * links to those of the repository, so that no registry is asked: a package that the manifest does not list is not found.
 */
export function createProject({ manifest, files }: PackedPackage, others: readonly string[] = []): EmptyProject {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-package-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write("package.json", JSON.stringify({ type: "module" }));
  for (const [path, text] of files) write(join("node_modules", manifest.name, path), text);
  for (const name of [...Object.keys(manifest.dependencies ?? {}), "@types/node", ...others]) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(modules, name), link);
  }
  return {
    folder,
    write,
    async typeCheck(names, resolution) {
      const compilerOptions = {
        target: "es2022",
        strict: true,
        noEmit: true,
        types: ["node"],
        ...resolutions[resolution],
      };
      write("tsconfig.json", JSON.stringify({ compilerOptions, files: names }));
      const { stdout } = await promisify(execFile)(execPath, [tsc, "-p", folder]).catch(
        (error: { stdout: string }) => error,
      );
      return stdout;
    },
  };
}

/** Returns the programs in a README. */
export function programsOf({ files }: PackedPackage, language: "js" | "ts" = "ts"): string[] {
  const blocks = (files.get("README.md") ?? "").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...blocks].filter(([, name]) => name === language).map(([, , code = ""]) => code);
}

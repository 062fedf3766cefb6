import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";
import * as z from "zod";
import { root } from "./emit-declarations.ts";

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** Returns the folders of the packages that a bundle contains. */
export function bundledPackages(folder: string, { inputs }: Metafile): readonly string[] {
  const folders = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort().map((path) => resolve(folder, path));
}

/**
 * Writes the licences of bundled packages, which their terms require, into a folder: each text once, below the names of its
 * packages. Throws `Error` if a package has no text, unless its licence is that of this project.
 */
export function writeLicences(folder: string, packages: readonly string[]): void {
  const namesOf = new Map<string, string[]>();
  for (const path of packages) {
    const { name, version, license } = manifestSchema.parse(
      JSON.parse(readFileSync(join(path, "package.json"), "utf8")),
    );
    const file = readdirSync(path).find((entry) => /^licen[cs]e(?:\.\w+)?$/i.test(entry));
    if (file === undefined && license !== "Apache-2.0") throw new Error(`${name} has no text of its licence.`);
    const text = readFileSync(file === undefined ? join(root, "LICENSE") : join(path, file), "utf8").trim();
    namesOf.set(text, [...(namesOf.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...namesOf].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  const line = `\n${"-".repeat(80)}\n\n`;
  writeFileSync(join(folder, "third-party-licences.txt"), sections.join(line));
}

import { posix } from "node:path";

/** A source file: its path from the root of the repository, with forward slashes, and its text. */
export type SourceFile = { readonly path: string; readonly text: string };

/** For each node, the nodes that it imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const importPattern = /^(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

/** Returns which files import which, by `./…` and `#…` specifiers; imports of types count, packages do not. */
export function importGraph(files: readonly SourceFile[]): Graph {
  const known = new Set(files.map(({ path }) => path));
  return new Map(
    files.map(({ path, text }) => {
      const specifiers = [...text.matchAll(importPattern)].map(([, from, dynamic]) => from ?? dynamic ?? "");
      const imported = specifiers.map((specifier) => resolve(path, specifier)).filter((target) => known.has(target));
      return [path, new Set(imported)];
    }),
  );
}

function resolve(importer: string, specifier: string): string {
  if (specifier.startsWith("#")) return specifier.slice(1);
  return specifier.startsWith(".") ? posix.join(posix.dirname(importer), specifier) : specifier;
}

/** Returns the imports between the subfolders of a folder: an import counts for the subfolders that its ends are in. */
export function folderGraph(files: Graph, parent: string): Graph {
  const folders = new Map<string, Set<string>>();
  for (const [importer, imported] of files) {
    const from = subfolder(parent, importer);
    if (from === null) continue;
    const targets = folders.get(from) ?? new Set();
    folders.set(from, targets);
    for (const file of imported) {
      const to = subfolder(parent, file);
      if (to !== null && to !== from) targets.add(to);
    }
  }
  return folders;
}

function subfolder(parent: string, path: string): string | null {
  if (!path.startsWith(`${parent}/`)) return null;
  const [name, ...rest] = path.slice(parent.length + 1).split("/");
  return rest.length === 0 ? null : `${parent}/${name}`;
}

/** Returns all folders that the files are in, ancestors included. */
export function foldersOf(files: readonly SourceFile[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let folder = posix.dirname(path); folder !== "."; folder = posix.dirname(folder)) folders.add(folder);
  }
  return folders;
}

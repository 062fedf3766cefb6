import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { emitDeclarations, root } from "./emit-declarations.ts";
import type { PackageManifest } from "./package-manifest.ts";

/** The specifier of an import or export, or of a type such as `import("zod").ZodError`. */
const specifierPattern = /(?<=\bfrom |\bimport |\bimport\()"([^"]+)"/g;

/**
 * Writes the declarations of the exported sources of a package, and of what they import from this repository, into its
 * `dist`. Throws `Error` if they import a package that is not a dependency, whose types users might not have.
 */
export function bundleDeclarations(folder: string, manifest: PackageManifest): void {
  if (manifest.exported.length === 0) return;
  const home = relative(root, folder).split(sep).join("/");
  const sources = manifest.exported.map((source) => posix.join(home, source));
  const emitted = emitDeclarations(folder, sources);
  try {
    copyDeclarations(sources, { emitted, home, folder, dependencies: manifest.dependencies });
  } finally {
    rmSync(emitted, { recursive: true });
  }
}

type CopyOptions = {
  /** Where the compiler wrote all declarations. */
  readonly emitted: string;
  /** The folder of the package, from the root of the repository. */
  readonly home: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
};

function copyDeclarations(sources: readonly string[], { emitted, home, folder, dependencies }: CopyOptions): void {
  const pending = [...sources];
  const written = new Set<string>();
  for (let source = pending.pop(); source !== undefined; source = pending.pop()) {
    if (written.has(source)) continue;
    written.add(source);
    const importer = source;
    const text = readFileSync(join(emitted, toDeclaration(source)), "utf8");
    const bundled = text.replaceAll(specifierPattern, (quoted, specifier) => {
      const imported = toSource(importer, specifier);
      if (imported !== null) pending.push(imported);
      else assertDependency(specifier, dependencies);
      return imported === null ? quoted : `"${specifierBetween(inPackage(importer, home), inPackage(imported, home))}"`;
    });
    const file = join(folder, "dist", toDeclaration(inPackage(source, home)));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bundled);
  }
}

/** Returns the source that a specifier means, from the root of the repository; `null` if it means a package. */
function toSource(importer: string, specifier: string): string | null {
  if (specifier.startsWith("#")) return specifier.slice(1);
  return specifier.startsWith(".") ? posix.join(posix.dirname(importer), specifier) : null;
}

function assertDependency(specifier: string, dependencies: readonly string[]): void {
  if (dependencies.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return;
  throw new Error(`The declarations import ${specifier}, which is not in dependencies.`);
}

/** Returns the path of a source in the package: its own are at the top, others below the name of their folder. */
function inPackage(source: string, home: string): string {
  return source.startsWith(`${home}/`) ? source.slice(home.length + 1) : source;
}

function specifierBetween(importer: string, imported: string): string {
  const path = posix.relative(posix.dirname(importer), imported).replace(/\.ts$/, ".js");
  return path.startsWith(".") ? path : `./${path}`;
}

function toDeclaration(source: string): string {
  return source.replace(/\.ts$/, ".d.ts");
}

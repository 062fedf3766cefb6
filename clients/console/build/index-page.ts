import { basename } from "node:path";
import type { Metafile } from "esbuild";

/** A file beside `index.html` that it refers to. */
const referencePattern = /(?<=\b(?:href|src)=")\.\/([\w-]+\.\w+)(?=")/g;

/** Returns the files that the page refers to: its script, its style sheet, its icon. */
export function findReferences(page: string): readonly string[] {
  return [...page.matchAll(referencePattern)].flatMap(([, name]) => name ?? []);
}

/**
 * Returns the page with the paths of what its files were built to, and with a preload of each chunk that its script imports,
 * which the browser would otherwise find only in the script. Throws `Error` if a file was not built.
 */
export function linkAssets(page: string, { outputs }: Metafile, basePath: string): string {
  const built = Object.entries(outputs).flatMap(([path, output]) => (output.entryPoint ? [{ path, ...output }] : []));
  const urlOf = (path: string) => `${basePath}assets/${basename(path)}`;
  const preloads = built.flatMap(({ imports }) => imports.filter(({ kind }) => kind === "import-statement"));
  const links = preloads.map(({ path }) => `    <link rel="modulepreload" href="${urlOf(path)}">\n`);
  return page
    .replaceAll(referencePattern, (_, name) => {
      const output = built.find(({ entryPoint }) => entryPoint === name);
      if (output === undefined) throw new Error(`index.html refers to ${name}, which was not built.`);
      return urlOf(output.path);
    })
    .replace("  </head>", `${links.join("")}  </head>`);
}

import type { Metafile } from "esbuild";

/** Bytes of code that a function's start reads: its first file, and what that imports at once. */
export function startBytes({ outputs }: Metafile): number {
  const entry = Object.keys(outputs).find((name) => name.endsWith("/index.mjs"));
  const read = new Set<string>();
  const follow = (name: string | undefined): void => {
    const output = name === undefined ? undefined : outputs[name];
    if (name === undefined || output === undefined || read.has(name)) return;
    read.add(name);
    for (const { path, kind } of output.imports) if (kind === "import-statement") follow(path);
  };
  follow(entry);
  return [...read].reduce((sum, name) => sum + (outputs[name]?.bytes ?? 0), 0);
}

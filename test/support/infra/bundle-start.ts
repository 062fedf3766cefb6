import type { Metafile } from "esbuild";

type Output = Metafile["outputs"][string];

/** The files that the start of a function reads: its entry, and all static imports. */
export function startOutputs({ outputs }: Metafile): readonly Output[] {
  const read = new Set<Output>();
  const follow = (output: Output): void => {
    if (read.has(output)) return;
    read.add(output);
    for (const { path, kind } of output.imports) {
      const imported = outputs[path];
      if (kind === "import-statement" && imported !== undefined) follow(imported);
    }
  };
  const [, first] = Object.entries(outputs).find(([name]) => /(^|\/)index\.mjs$/.test(name)) ?? [];
  if (first === undefined) throw new Error("There is no index.mjs.");
  follow(first);
  return [...read];
}

/** Returns the bytes of code that the start of a function reads. */
export function startBytes(metafile: Metafile): number {
  return startOutputs(metafile).reduce((sum, { bytes }) => sum + bytes, 0);
}

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import process, { stdout } from "node:process";
import { importCycles } from "./cycles.ts";
import { uncheckedPaths } from "./exceptions.ts";
import type { SourceFile } from "./import-graph.ts";
import { bannedTermsIn } from "./vocabulary.ts";

/** Checks that no linter makes: import cycles between files and folders, and words that the glossary refuses. */
const text = /\.(?:ts|mjs|md|json|yml|java)$/;
const files: readonly SourceFile[] = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter(
    (path) => text.test(path) && existsSync(path) && !uncheckedPaths.some((unchecked) => path.startsWith(unchecked)),
  )
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

const cycles = importCycles(files.filter(({ path }) => path.endsWith(".ts"))).map(
  (cycle) => `Import cycle: ${cycle.join(" → ")}`,
);
const findings = [...cycles, ...files.flatMap(bannedTermsIn)];
for (const finding of findings) stdout.write(`${finding}\n`);
if (findings.length > 0) {
  stdout.write(`${findings.length} findings. docs/glossary.md says which terms to use.\n`);
  // Not `exit`: it would cut off what a pipe has not read yet.
  process.exitCode = 1;
}

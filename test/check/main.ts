import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { exit, stdout } from "node:process";
import { importCycles } from "./cycles.ts";
import { exceptions } from "./exceptions.ts";
import type { SourceFile } from "./import-graph.ts";
import { bannedTermsIn } from "./vocabulary.ts";

/** Checks that no linter makes: import cycles between files and folders, and words that the glossary refuses. */
const text = /\.(?:ts|mjs|md|json|yml|java)$/;
const files: readonly SourceFile[] = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter(
    (path) => text.test(path) && existsSync(path) && !exceptions.files.some((excepted) => path.startsWith(excepted)),
  )
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

const cycles = importCycles(files.filter(({ path }) => path.endsWith(".ts"))).map(
  (cycle) => `Import cycle: ${cycle.join(" → ")}`,
);
const terms = files
  .flatMap(bannedTermsIn)
  .filter((finding) => !exceptions.lines.some((line) => finding.startsWith(line)));
const findings = [...cycles, ...terms];
for (const finding of findings) stdout.write(`${finding}\n`);
if (findings.length > 0) {
  stdout.write(`${findings.length} findings. docs/glossary.md says which terms to use.\n`);
  exit(1);
}

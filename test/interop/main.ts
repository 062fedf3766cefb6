import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process, { argv, stderr, stdout } from "node:process";
import { isInstalled } from "#test/clients/tools.ts";
import { sampleSize, writeSample } from "./sample.ts";
import { type InteropFolders, type Verifier, verifiers } from "./verifiers.ts";

/** Has the proofs of a log, made by our own code, verified by the software of others. `argv[2]` repeats a run. */
const seed = argv[2] ?? String(Date.now());
const sample = mkdtempSync(join(tmpdir(), "activity-log-interop-"));
const cache = resolve(import.meta.dirname, "../../node_modules/.cache/interop");

try {
  mkdirSync(cache, { recursive: true });
  await writeSample(sample, seed);
  stdout.write(`Wrote proofs of ${sampleSize.entries} entries, seed ${seed}\n`);
  for (const verifier of verifiers) check(verifier, { sample, cache });
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\nThe seed was ${seed}.\n`);
  process.exitCode = 1;
} finally {
  rmSync(sample, { recursive: true, force: true });
}

function check({ name, tool, verify, expected }: Verifier, folders: InteropFolders): void {
  const [command] = tool;
  if (!isInstalled(...tool)) {
    stdout.write(`${name}: SKIPPED, ${command} is not installed\n`);
    return;
  }
  const result = verify(folders);
  if (result !== expected) throw new Error(`${name}: ${result} instead of ${expected}.`);
  stdout.write(`${name}: ${result}\n`);
}

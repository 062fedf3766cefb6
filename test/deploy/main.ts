import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execPath, exit, stderr, stdout } from "node:process";
import { environment } from "#infra/local/environment.ts";
import { setEnvironment } from "#test/support/vitest/environment.ts";
import { deployToEmulator } from "./deployment.ts";
import { lintTemplates } from "./lint/lint.ts";
import { endAll } from "./programs.ts";
import { installPythonTools } from "./python-tools.ts";
import { synthesizeEdge, synthesizeStages } from "./synthesis.ts";

const root = resolve(import.meta.dirname, "../..");
const begun = Date.now();
const folder = mkdtempSync(join(tmpdir(), "activity-log-deploy-"));

process.on("exit", endAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => exit(1));

try {
  await main();
  rmSync(folder, { recursive: true, force: true });
} catch (error) {
  stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n\nThe logs are in ${folder}.\n`);
  exit(1);
}

async function main(): Promise<void> {
  const home = subfolder("home");
  // Temporary files of all processes are deleted with the folder.
  const TMPDIR = subfolder("tmp");
  setEnvironment({ TMPDIR });
  const PATH = [dirname(execPath), join(root, "node_modules/.bin"), environment.PATH].join(delimiter);
  // An empty home and no other variables, so that no program finds credentials of a real account.
  const variables = { PATH, HOME: home, TMPDIR, TZ: "UTC", NO_COLOR: "1" };

  progress("Looking for cfn-lint and ministack, or installing them");
  const machine = Object.fromEntries(Object.entries(environment).filter(isGiven));
  const tools = await installPythonTools({ root, variables: machine, logs: folder });
  progress("Synthesizing all stages");
  const assemblies = { stages: subfolder("cdk.out"), edge: subfolder("edge.out") };
  synthesizeStages(assemblies.stages);
  synthesizeEdge(assemblies.edge);
  progress("cfn-lint");
  const lint = { cfnLint: tools.cfnLint, variables, assemblies, folder: subfolder("lint") };
  progress(`cfn-lint finds no errors in ${await lintTemplates(lint)} templates`);
  const { python } = tools;
  const deployment = { root, python, variables, assembly: assemblies.stages, folder: subfolder("deployment") };
  await deployToEmulator({ ...deployment, progress });
  progress("Done");
}

function isGiven(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}

function subfolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function progress(text: string): void {
  stdout.write(`${String(Math.round((Date.now() - begun) / 1_000)).padStart(4)} s  ${text}\n`);
}

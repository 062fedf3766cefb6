import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process, { stderr, stdout } from "node:process";
import { promisify } from "node:util";
import * as z from "zod";
import { startLocalApi } from "./local-api.ts";
import { npmInstall } from "./npm-install.ts";
import { type PackageCheck, packageChecks } from "./package-checks.ts";
import { installRuntime, oldestNode, type Runtime } from "./runtime.ts";

// Installs each package by npm into an empty project, and runs it in the oldest Node and the other runtimes it supports.

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const begun = Date.now();
const folder = mkdtempSync(join(tmpdir(), "activity-log-runtimes-"));

const manifestSchema = z.object({
  engines: z.object({ node: z.string() }),
  exports: z.record(z.string(), z.union([z.string(), z.object({ default: z.string() })])),
});

const lockSchema = z.object({ packages: z.record(z.string(), z.unknown()) });

const api = await startLocalApi();
for (const result of await Promise.allSettled(packageChecks.map(checkPackage))) {
  if (result.status === "fulfilled") continue;
  const { reason } = result;
  stderr.write(`\n${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exitCode = 1;
}
api.close();
rmSync(folder, { recursive: true, force: true });

async function checkPackage(check: PackageCheck): Promise<void> {
  const project = join(folder, check.name);
  mkdirSync(project);
  await run("npm", ["pack", "--pack-destination", project], { cwd: join(root, "clients", check.name) });
  const [tarball = ""] = globSync("*.tgz", { cwd: project });
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  if (!(await npmInstall(project, tarball))) return progress(`${check.name}: SKIPPED, the registry cannot be reached`);
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")));
  // The project itself is one of them.
  progress(`${check.name}: installed, packages: ${Object.keys(lock.packages).length - 1}`);

  const home = join("node_modules/@activity-log", check.name);
  const { engines, exports } = manifestSchema.parse(
    JSON.parse(readFileSync(join(project, home, "package.json"), "utf8")),
  );
  const module = check.module(api.origin);
  writeFileSync(join(project, "check.js"), `${module}\nawait check();\n`);
  writeFileSync(join(project, "worker.js"), `${module}\nexport default { test: check };\n`);
  const entry = exports["."];
  if (typeof entry === "object")
    writeFileSync(join(project, "workerd.capnp"), workerdConfig(check.name, join(home, entry.default)));
  for (const runtime of [oldestNode(engines.node), ...check.others]) await checkRuntime(check.name, runtime, project);
}

async function checkRuntime(name: string, runtime: Runtime, project: string): Promise<void> {
  const label = `${runtime.packageName} ${runtime.version}`;
  const program = await installRuntime(runtime, join(root, "node_modules/.cache/runtimes"));
  if (program === null) return progress(`${name}: SKIPPED in ${label}, the registry cannot be reached`);
  await run(program, runtime.args, { cwd: project }).catch((error: { stderr: string }) => {
    throw new Error(`${name} fails in ${label}:\n${error.stderr.split("\n").slice(0, 12).join("\n")}`);
  });
  progress(`${name}: runs in ${label}`);
}

/** Returns the configuration of a worker with the package, for `workerd test`. */
function workerdConfig(name: string, file: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = .worker),
  (name = "internet", network = (allow = ["private"])),
]);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "@activity-log/${name}", esModule = embed "${file}"),
  ],
  compatibilityDate = "2024-01-01",
);
`;
}

function progress(text: string): void {
  stdout.write(`${String(Math.round((Date.now() - begun) / 1_000)).padStart(4)} s  ${text}\n`);
}

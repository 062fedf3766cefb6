import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execPath } from "node:process";
import { bundleCode } from "#clients/build/bundle-code.ts";
import { readManifest } from "#clients/build/package-manifest.ts";
import { until } from "./until.ts";

/** What the READMEs of the examples install besides the packages of this repository, and what these packages need. */
const dependencies = ["@aws-sdk/client-dynamodb", "@aws-sdk/client-sqs", "@aws-sdk/lib-dynamodb", "zod"];

/** Copies the examples to a new folder, in which only the packages that they need are installed. Returns the folder. */
export async function createExampleProject(): Promise<string> {
  const project = mkdtempSync(join(tmpdir(), "activity-log-examples-"));
  const modules = join(project, "node_modules");
  cpSync(resolve("examples"), project, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  for (const name of ["client", "emitter", "webhooks", "timeline"]) {
    const folder = resolve("clients", name);
    const manifest = readManifest(folder);
    const installed = join(modules, manifest.name);
    mkdirSync(installed, { recursive: true });
    cpSync(join(folder, "package.json"), join(installed, "package.json"));
    await bundleCode(folder, manifest, join(installed, "dist"));
  }
  for (const name of dependencies) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  return project;
}

/** A running program of `examples/`. */
export type RunningExample = {
  readonly url: string;
  /** Ends it immediately, as a crash does. */
  kill(): Promise<void>;
};

type StartOptions = { readonly project: string; readonly port: number; readonly env: Readonly<Record<string, string>> };

/** Starts an example of the project and waits until it listens. */
export async function startExample(name: string, { project, port, env }: StartOptions): Promise<RunningExample> {
  const child = spawn(execPath, [join(name, "main.ts")], {
    cwd: project,
    env: { ...env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  await until(() => {
    if (child.exitCode !== null) throw new Error(`The example ${name} has exited: ${output}`);
    return output.includes(url);
  });
  return { url, kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

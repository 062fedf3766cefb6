import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmInstall } from "./npm-install.ts";

/** A JavaScript runtime, as an npm package brings it. */
export type Runtime = {
  readonly packageName: "node" | "deno" | "bun" | "workerd";
  readonly version: string;
  /** What its program is given to run the file `check.js`. */
  readonly args: readonly string[];
};

/** Returns the oldest Node of a range such as `>=22`. */
export function oldestNode(range: string): Runtime {
  const [major, minor = "0", patch = "0"] = range.replace(">=", "").split(".");
  return { packageName: "node", version: `${major}.${minor}.${patch}`, args: ["check.js"] };
}

export const deno: Runtime = {
  packageName: "deno",
  version: "2.9.6",
  args: ["run", "--no-remote", "--allow-net=127.0.0.1", "check.js"],
};
export const bun: Runtime = { packageName: "bun", version: "1.4.5", args: ["run", "check.js"] };
/** The runtime of Cloudflare Workers. */
export const workerd: Runtime = { packageName: "workerd", version: "1.20261117.1", args: ["test", "workerd.capnp"] };

const installations = new Map<string, Promise<string | null>>();

/**
 * Installs a runtime below a folder, if it is not there yet, and returns the path of its program; `null` if
 * npm's registry cannot be reached.
 */
export function installRuntime({ packageName, version }: Runtime, cache: string): Promise<string | null> {
  const folder = join(cache, `${packageName}-${version}`);
  const installation = installations.get(folder) ?? install(folder, packageName, version);
  installations.set(folder, installation);
  return installation;
}

async function install(folder: string, packageName: string, version: string): Promise<string | null> {
  const program = join(folder, "node_modules/.bin", packageName);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  // The install scripts of these two link the program for this machine.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ allowScripts: { node: true, bun: true } }));
  return (await npmInstall(folder, `${packageName}@${version}`)) ? program : null;
}

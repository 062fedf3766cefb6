import { homedir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import type { CommandContext } from "./command-context.ts";
import manifest from "./package.json" with { type: "json" };

/** Whether this runs from source, not from the bundle of the package. */
const isSource = import.meta.filename.endsWith(".ts");

/**
 * The folder of compiled code: the user's (XDG Base Directory Specification), or the project's. Not in the shared temporary
 * folder, where another user could replace compiled code, and not in `node_modules`, which another user may own.
 */
export const compileCacheFolder: string = isSource
  ? join(import.meta.dirname, "../../.build/compile-cache")
  : join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "activity-log/compiled");

/** The defaults of options. An empty variable counts as absent. */
export const defaults: Pick<CommandContext, "token" | "api" | "org" | "stack"> = {
  token: env.ACTIVITY_TOKEN || undefined,
  api: env.ACTIVITY_API || undefined,
  org: env.ACTIVITY_ORG || undefined,
  stack: env.ACTIVITY_STACK || undefined,
};

const { npm_lifecycle_event: npmScript } = env;

/** Whether npm runs this: as a script, or by `npx`. */
export const isNpmChild: boolean = npmScript !== undefined;

/** How the user has started this, up to the name of a command. */
export const commandPrefix: string = formatCommandPrefix(npmScript, isSource);

/** Returns how to start this: the repository has an npm script, its package a program, which `npx` runs too. */
export function formatCommandPrefix(script: string | undefined, fromSource: boolean): string {
  // With the name of the package: where it is not installed, `npx activity` would run a package of someone else.
  if (script === "npx") return "npx @activity-log/cli";
  return fromSource || script === "activity" ? "npm run activity --" : "activity";
}

/** Returns whether npm was given a flag of that name before `--`. `npx` leaves what follows the name of a program. */
export function isNpmOption(name: string): boolean {
  return isNpmChild && npmScript !== "npx" && env[`npm_config_${name.replaceAll("-", "_")}`] === "true";
}

/** The version of this package. */
export const packageVersion: string = manifest.version;

import { readFileSync } from "node:fs";
import { env } from "node:process";
import * as z from "zod";

/** The API token of the environment. An empty variable counts as absent. */
export const tokenFromEnv: string | undefined = env.ACTIVITY_TOKEN || undefined;

/** Whether an npm script runs this. */
export const isNpmScript: boolean = env.npm_lifecycle_event !== undefined;

/** Returns whether npm, which runs this, was given a flag of that name before `--`. */
export function isNpmOption(name: string): boolean {
  return isNpmScript && env[`npm_config_${name.replaceAll("-", "_")}`] === "true";
}

/** The version of this package. */
export const packageVersion: string = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).version;

import { readFileSync } from "node:fs";
import { env } from "node:process";
import * as z from "zod";

/** The token that `list` reads with, when none is given; an empty one counts as none. */
export const activityToken: string | undefined = env.ACTIVITY_TOKEN || undefined;

/** Whether npm runs this, by one of its scripts. */
export const isNpmScript: boolean = env.npm_lifecycle_event !== undefined;

/** The version of this package. */
export const packageVersion: string = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).version;

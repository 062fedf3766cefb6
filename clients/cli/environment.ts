import { env } from "node:process";

/** The token that `list` reads with, when none is given; an empty one counts as none. */
export const activityToken: string | undefined = env.ACTIVITY_TOKEN || undefined;

/** Whether npm runs this, by one of its scripts. */
export const isNpmScript: boolean = env.npm_lifecycle_event !== undefined;

import { env } from "node:process";

/** The token that `list` reads with, when none is given; an empty one counts as none. */
export const activityToken: string | undefined = env.ACTIVITY_TOKEN || undefined;

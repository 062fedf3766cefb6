import type { SuspendedOrgs } from "#shared/auth/orgs/suspended-orgs.ts";

/** No organisation is suspended. */
export const noneSuspended: Pick<SuspendedOrgs, "current"> = { current: async () => new Set() };

import type { SuspendedOrgCache } from "#shared/auth/orgs/suspended-orgs.ts";

/** No organisation is suspended. */
export const noSuspendedOrgs: Pick<SuspendedOrgCache, "current"> = { current: async () => new Set() };

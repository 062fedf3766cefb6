import type { OrgCache } from "#shared/auth/orgs/org-cache.ts";
import { ActivityError } from "#shared/errors.ts";
import { getZoneClock, type ZoneClock } from "#shared/platform/time/time-zone-clock.ts";

/** Returns a function that gets the clock of an organisation's time zone. Unknown organisations use UTC. */
export function createOrgClocks(orgs: OrgCache): (orgId: string) => Promise<ZoneClock> {
  return async (orgId) => {
    try {
      const { time_zone } = await orgs.get(orgId);
      return getZoneClock(time_zone);
    } catch (error) {
      if (error instanceof ActivityError && error.code === "not_found") return getZoneClock("UTC");
      throw error;
    }
  };
}

import type { HostRateLimiter } from "#shared/webhooks/limits/host-rate-limit.ts";

/** Every host may be sent as much as there is. */
export const unboundedHosts: Pick<HostRateLimiter, "take" | "windowEnd"> = {
  take: async () => true,
  windowEnd: () => 0,
};

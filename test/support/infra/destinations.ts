import type { HostRateLimiter } from "#shared/webhooks/limits/host-rate-limiter.ts";

/** A rate limiter that never limits a host. */
export const unboundedHosts: Pick<HostRateLimiter, "tryAcquire" | "windowEnd"> = {
  tryAcquire: async () => true,
  windowEnd: () => 0,
};

import type { Destinations } from "#shared/webhooks/limits/host-rate-limit.ts";

/** Every host may be sent as much as there is. */
export const unboundedHosts: Pick<Destinations, "take" | "windowEnd"> = { take: async () => true, windowEnd: () => 0 };

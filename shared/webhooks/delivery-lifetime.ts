/** Deliveries are retried for three days after their first attempt, then they fail. */
export const retryWindowMs = 72 * 3_600_000;

/** How long deliveries and their attempts are stored. */
export const deliveryRetentionDays = 30;

export const deliveryRetentionMs = deliveryRetentionDays * 24 * 3_600_000;

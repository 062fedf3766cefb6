/** An endpoint with a higher average latency is slow. Slow endpoints have a queue and instances of their own. */
export const slowAfterMs = 1_000;

/**
 * Above this average latency, requests need permits of the organisation on the fast lane, too. A permit is then held
 * for so long that a full pool is written at most some 200 times a second.
 */
export const orgPermitsAboveMs = 250;

/**
 * Concurrent requests to an endpoint times its latency stay within this budget, so that a slow endpoint holds fewer of
 * the requests that all instances can run: 2 s allows ten, 12 s one. Below 0.8 s, the 25 permits of a pool
 * (`orgPermitsAboveMs`) or the concurrency limit of the endpoint are the lower bound.
 */
const flightBudgetMs = 20_000;

/** The weight of the newest duration: one long request makes a fast endpoint slow, a few short ones make it fast. */
const weight = 0.25;

/** Returns the moving average after more durations; `null` if there was never any. */
export function averageLatency(known: number | null, durations: readonly number[]): number | null {
  return durations.reduce<number | null>(
    (average, duration) => (average === null ? duration : Math.round(average + weight * (duration - average))),
    known,
  );
}

/** Returns how many concurrent requests the budget allows; infinitely many for an unknown latency. */
export function concurrencyWithinBudget(latencyMs: number | null): number {
  if (latencyMs === null) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(flightBudgetMs / Math.max(1, latencyMs)));
}

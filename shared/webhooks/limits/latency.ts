/** An endpoint whose sends take longer on average is slow. Its sends have a queue and instances of their own. */
export const slowAfterMs = 1_000;

/**
 * Sends that take longer on average need permits of their organisation on the fast lane, too. A permit is then held for
 * so long that a full pool is taken from and given back to at most some 200 times a second.
 */
export const permitsAboveMs = 250;

/**
 * Concurrent sends to an endpoint times the duration of one stay within this budget, so that a slow endpoint holds
 * fewer of the sends that the fleet can have in flight: 2 s allows ten, 12 s one. What is faster than 0.8 s is held to
 * the 25 permits of a pool first (`permitsAboveMs`), or to the slots of an endpoint.
 */
const flightBudgetMs = 20_000;

/** The share of the newest send in the average: one long send makes a fast endpoint slow, a few short ones undo it. */
const weight = 0.25;

/** The moving average of how long sends take, after some more of them; `null` where there was never any. */
export function averageLatency(known: number | null, durations: readonly number[]): number | null {
  return durations.reduce<number | null>(
    (average, duration) => (average === null ? duration : Math.round(average + weight * (duration - average))),
    known,
  );
}

/** Concurrent sends that the budget allows; no bound where the latency is not known. */
export function sendsWithinBudget(latencyMs: number | null): number {
  if (latencyMs === null) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(flightBudgetMs / Math.max(1, latencyMs)));
}

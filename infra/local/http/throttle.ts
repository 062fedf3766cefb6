export type ThrottleSettings = {
  /** Requests per second that refill the bucket. */
  readonly rate: number;
  /** Size of the bucket. */
  readonly burst: number;
};

/** A token bucket per route: true when a request may pass. `now` gives milliseconds. */
export function createThrottle(limit: ThrottleSettings, now: () => number): (routeKey: string) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (routeKey) => {
    const at = now();
    const bucket = buckets.get(routeKey) ?? { tokens: limit.burst, at };
    const refilled = Math.min(limit.burst, bucket.tokens + ((at - bucket.at) / 1_000) * limit.rate);
    const passes = refilled >= 1;
    buckets.set(routeKey, { tokens: passes ? refilled - 1 : refilled, at });
    return passes;
  };
}

import { ActivityError } from "../events/errors.ts";

/** Requests that one token may make in one fixed window. */
export const rateLimit = { requests: 600, windowSeconds: 60 } as const;

/** How a token stands in its window: what it may do, what is left of it, and when the next window begins. */
export type RateState = {
  readonly limit: number;
  readonly remaining: number;
  /** Unix seconds. */
  readonly reset: number;
};

/** The start of the fixed window that a moment lies in. */
export function windowStart(now: Date): Date {
  const length = rateLimit.windowSeconds * 1000;
  return new Date(Math.floor(now.getTime() / length) * length);
}

/** The state after `used` requests, this one included, in the window of `now`. */
export function rateState(used: number, now: Date): RateState {
  const reset = windowStart(now).getTime() / 1000 + rateLimit.windowSeconds;
  return { limit: rateLimit.requests, remaining: Math.max(0, rateLimit.requests - used), reset };
}

/** Refuses the request that goes over the limit, as `ActivityError` `rate_limited` with the seconds to wait. */
export function refuseExcess(used: number, now: Date): void {
  if (used <= rateLimit.requests) return;
  const retryAfter = Math.max(1, Math.ceil(rateState(used, now).reset - now.getTime() / 1000));
  throw new ActivityError(
    "rate_limited",
    `More than ${rateLimit.requests} requests in a minute: wait ${retryAfter} seconds.`,
    {
      retryAfter,
    },
  );
}

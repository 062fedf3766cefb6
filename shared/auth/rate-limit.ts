import { ActivityError } from "#shared/errors.ts";

/** Default requests of one token in one fixed window. A request that reads much counts as several. */
export const rateLimit = { requests: 600, windowSeconds: 60 } as const;

/** The state of a token in its window: the limit, the remaining requests, and when the next window begins. */
export type RateLimitState = {
  readonly limit: number;
  readonly remaining: number;
  /** Unix seconds. */
  readonly reset: number;
};

/** Returns the start of the fixed window that contains a time. */
export function windowStart(now: Date): Date {
  const length = rateLimit.windowSeconds * 1000;
  return new Date(Math.floor(now.getTime() / length) * length);
}

/** Returns the end of the fixed window that contains a time, which is the start of the next one. */
export function windowEnd(now: Date): Date {
  return new Date(windowStart(now).getTime() + rateLimit.windowSeconds * 1000);
}

/** The window in which a request is counted, and its limit. */
export type RateLimitWindow = { readonly start: Date; readonly limit: number };

/**
 * Returns the initial count of a window: the charges of the previous one beyond its limit, so that concurrent expensive
 * requests are not free. At most the limit of one window, so it is paid after a minute.
 */
export function carryOver(
  before: { readonly start: Date; readonly used: number },
  { start, limit }: RateLimitWindow,
): number {
  const isNext = windowEnd(before.start).getTime() === start.getTime();
  return isNext ? Math.min(limit, Math.max(0, before.used - limit)) : 0;
}

/** Returns the state after `used` requests, including this one, in the window of `now`. */
export function rateLimitState(used: number, now: Date, limit: number = rateLimit.requests): RateLimitState {
  const reset = windowStart(now).getTime() / 1000 + rateLimit.windowSeconds;
  return { limit, remaining: Math.max(0, limit - used), reset };
}

/** Returns the seconds until the next window begins, 1 to 60. */
export function secondsToReset({ reset }: RateLimitState, now: Date): number {
  return Math.max(1, Math.ceil(reset - now.getTime() / 1000));
}

/** Creates the `rate_limited` error of a request over the limit, with the seconds to wait. */
export function rateLimitedError(limit: number, now: Date, until: number = windowEnd(now).getTime()): ActivityError {
  const retryAfter = Math.max(1, Math.ceil((until - now.getTime()) / 1000));
  const message = `More than ${limit} requests in a minute. Retry after ${retryAfter} seconds.`;
  return new ActivityError("rate_limited", message, { retryAfter });
}

import { ActivityError } from "#shared/errors.ts";

/**
 * Requests that one token may make in one fixed window, where its dialect names no other number. A request that reads
 * much counts as several.
 */
export const rateLimit = { requests: 600, windowSeconds: 60 } as const;

/** How a token stands in its window: what it may do, what is left of it, and when the next window begins. */
export type RateLimitState = {
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

/** The end of the fixed window that a moment lies in, where the next one begins. */
export function windowEnd(now: Date): Date {
  return new Date(windowStart(now).getTime() + rateLimit.windowSeconds * 1000);
}

/** The window that a request is counted in, and how many requests its token may make in it. */
export type RateLimitWindow = { readonly start: Date; readonly limit: number };

/**
 * What a window begins with: what the one before was charged beyond its limit, so that requests that read much and are
 * let in together are not free beyond it. One window's limit at most, so it is paid after a minute.
 */
export function carryOver(
  before: { readonly start: Date; readonly used: number },
  { start, limit }: RateLimitWindow,
): number {
  const isNext = windowEnd(before.start).getTime() === start.getTime();
  return isNext ? Math.min(limit, Math.max(0, before.used - limit)) : 0;
}

/** The state after `used` requests, this one included, in the window of `now`. */
export function rateLimitState(used: number, now: Date, limit: number = rateLimit.requests): RateLimitState {
  const reset = windowStart(now).getTime() / 1000 + rateLimit.windowSeconds;
  return { limit, remaining: Math.max(0, limit - used), reset };
}

/** Seconds until the next window begins, 1 to 60. */
export function secondsToReset({ reset }: RateLimitState, now: Date): number {
  return Math.max(1, Math.ceil(reset - now.getTime() / 1000));
}

/** The refusal of a request that goes over the limit: `ActivityError` `rate_limited` with the seconds to wait. */
export function rateLimitedError(limit: number, now: Date, until: number = windowEnd(now).getTime()): ActivityError {
  const retryAfter = Math.max(1, Math.ceil((until - now.getTime()) / 1000));
  const message = `More than ${limit} requests in a minute: wait ${retryAfter} seconds.`;
  return new ActivityError("rate_limited", message, { retryAfter });
}

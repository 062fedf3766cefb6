import { ActivityError } from "#shared/errors.ts";
import { type ActiveToken, orgSuspendedError, type Token } from "./caller.ts";
import type { ExpensiveReadLease, NoExpensiveReadLease } from "./expensive-read-lease.ts";
import type { RateLimitWindow } from "./rate-limit.ts";
import type { ReadCharge } from "./request-meter.ts";
import { isEqual, type TokenRef } from "./token-format.ts";

/** A token and its requests in the current window, including the carry-over of the previous one. */
export type CountedToken<T extends Token = ActiveToken> = { readonly token: T; readonly used: number };

/** Reads stored tokens and counts their requests. */
export type TokenUsageStore<T extends Token = ActiveToken> = {
  /** Returns the token and the requests in the window, without counting one; `null` if the token does not exist. */
  get(ref: TokenRef, window: RateLimitWindow): Promise<CountedToken<T> | null>;
  /**
   * Counts the request and returns the token in one write; `null` if the token does not exist. A request with a former
   * access token still counts for its client. One over the limit is not counted, but `used` includes it. Throws
   * `ActivityError` `rate_limited` if the item is throttled.
   */
  count(ref: TokenRef, window: RateLimitWindow): Promise<CountedToken<T> | null>;
  /** Acquires a lease for an expensive request. */
  acquireLease(holder: string, now: Date, until: Date): Promise<ExpensiveReadLease | NoExpensiveReadLease>;
  /**
   * Adds to what was counted in the window and ends the lease where it is still held, in the same write. Answers what
   * is counted then.
   */
  charge(holder: string, window: RateLimitWindow, charge: ReadCharge): Promise<number>;
};

/**
 * Returns the token if it is valid. Throws `ActivityError` `unauthenticated` for an unknown, expired or revoked token,
 * with the same message, so that the cases are indistinguishable to the caller, also if all its organisations have
 * revoked it. Throws `org_suspended` for a valid token whose organisations are all suspended.
 */
export function assertActiveToken(found: ActiveToken | null, { holder, hash }: TokenRef, now: Date): ActiveToken {
  if (found === null) throw invalidTokenError();
  if (hash === null ? found.token_id !== holder : !isEqual(found.hash, hash)) throw invalidTokenError();
  if (found.revoked_at !== null) throw invalidTokenError();
  if (found.expires_at !== null && found.expires_at <= now.toISOString()) throw invalidTokenError();
  if (found.org_ids.length > 0) return found;
  throw found.suspended_org_ids.length > 0 ? orgSuspendedError() : invalidTokenError();
}

export function invalidTokenError(): ActivityError {
  return new ActivityError("unauthenticated", "The access token is missing, malformed, unknown, expired or revoked.");
}

import { ActivityError } from "#shared/errors.ts";
import { type ActiveToken, orgSuspendedError, type Token } from "./caller.ts";
import type { RateLimitWindow } from "./rate-limit.ts";
import type { NoReadLease, ReadLease } from "./read-lease.ts";
import type { ReadCharge } from "./request-meter.ts";
import { isEqual, type TokenRef } from "./token.ts";

/** A token, and the requests that are counted in its window, with what the window before owed. */
export type CountedToken<T extends Token = ActiveToken> = { readonly token: T; readonly used: number };

/** How the stored tokens are asked, and how their requests are counted. */
export type TokenUsageStore<T extends Token = ActiveToken> = {
  /** The token as of now and what is counted in the window, without counting; `null` where there is no such token. */
  get(ref: TokenRef, window: RateLimitWindow): Promise<CountedToken<T> | null>;
  /**
   * Counts the request in its window and returns the token, in the same write. Returns `null` where there is no such
   * token; for an access token that its client no longer has, the request is counted on the client all the same. A
   * request that goes over the limit is not counted, and returned with what it would have made. Throws `ActivityError`
   * `rate_limited` where the item has more writes than it can take.
   */
  count(ref: TokenRef, window: RateLimitWindow): Promise<CountedToken<T> | null>;
  /** Takes one of the leases for expensive requests. */
  acquireLease(holder: string, now: Date, until: Date): Promise<ReadLease | NoReadLease>;
  /**
   * Adds to what was counted in the window and ends the lease where it is still held, in the same write. Answers what
   * is counted then.
   */
  charge(holder: string, window: RateLimitWindow, charge: ReadCharge): Promise<number>;
};

/**
 * The token that was found for a reference, where it is good. Throws `ActivityError` `unauthenticated` for one that is
 * unknown, expired or revoked, in the same words, so that none of these can be told from the others. Only a token that
 * is otherwise good gets `org_suspended`, if all of its organisations are suspended.
 */
export function assertActiveToken(found: ActiveToken | null, { hash }: TokenRef, now: Date): ActiveToken {
  if (found === null || !isEqual(found.hash, hash)) throw invalidTokenError();
  if (found.revoked_at !== null) throw invalidTokenError();
  if (found.expires_at !== null && found.expires_at <= now.toISOString()) throw invalidTokenError();
  if (found.org_ids.length === 0 && found.suspended_org_ids.length > 0) throw orgSuspendedError();
  return found;
}

export function invalidTokenError(): ActivityError {
  return new ActivityError("unauthenticated", "The access token is missing, malformed, unknown, expired or revoked.");
}

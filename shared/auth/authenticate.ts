import { ActivityError } from "#shared/errors.ts";
import { type ActiveToken, orgSuspended, type Token } from "./caller.ts";
import type { RateWindow } from "./rate-limit.ts";
import type { Lease, NoLease } from "./read-lease.ts";
import type { Charge } from "./request-meter.ts";
import { isEqual, type TokenRef } from "./token.ts";

/** A token, and the requests that are counted in its window, with what the window before owed. */
export type Entry<T extends Token = ActiveToken> = { readonly token: T; readonly used: number };

/** How the stored tokens are asked, and how their requests are counted. */
export type TokenUses<T extends Token = ActiveToken> = {
  /** The token as of now and what is counted in the window, without counting; `null` where there is no such token. */
  look(ref: TokenRef, window: RateWindow): Promise<Entry<T> | null>;
  /**
   * Counts the request in its window and returns the token, in the same write. Returns `null` where there is no such
   * token; for an access token that its client no longer has, the request is counted on the client all the same. A
   * request that goes over the limit is not counted, and returned with what it would have made. Throws `ActivityError`
   * `rate_limited` where the item has more writes than it can take.
   */
  use(ref: TokenRef, window: RateWindow): Promise<Entry<T> | null>;
  /** Takes one of the leases for expensive requests. */
  lease(holder: string, now: Date, until: Date): Promise<Lease | NoLease>;
  /** Adds to what was counted in the window and ends the lease where it is still held, in the same write. Answers what is counted then. */
  charge(holder: string, window: RateWindow, charge: Charge): Promise<number>;
};

/**
 * The token that was found for a reference, where it is good. Throws `ActivityError` `unauthenticated` for one that is
 * unknown, expired or revoked, in the same words, so that none of these can be told from the others. Only a token that
 * is otherwise good gets `org_suspended`, if all of its organisations are suspended.
 */
export function goodToken(found: ActiveToken | null, { hash }: TokenRef, now: Date): ActiveToken {
  if (found === null || !isEqual(found.hash, hash)) throw invalidToken();
  if (found.revoked_at !== null) throw invalidToken();
  if (found.expires_at !== null && found.expires_at <= now.toISOString()) throw invalidToken();
  if (found.org_ids.length === 0 && found.suspended_org_ids.length > 0) throw orgSuspended();
  return found;
}

export function invalidToken(): ActivityError {
  return new ActivityError("unauthenticated", "The access token is missing, malformed, unknown, expired or revoked.");
}

import { ActivityError } from "#shared/errors.ts";
import { ExpiringCache } from "#shared/platform/cache.ts";
import { assertActiveToken, type CountedToken, invalidTokenError, type TokenUsageStore } from "./authenticate.ts";
import type { ActiveToken } from "./caller.ts";
import type { ExpensiveReadLease, NoExpensiveReadLease } from "./expensive-read-lease.ts";
import { rateLimitedError, windowEnd, windowStart } from "./rate-limit.ts";
import { readCost } from "./rate-limit-cost.ts";
import type { ReadCharge } from "./request-meter.ts";
import { isWellFormedToken, type TokenRef, toTokenRef } from "./token-format.ts";
import type { ViewerToken } from "./viewer-tokens/viewer-token.ts";
import { isViewerToken } from "./viewer-tokens/viewer-token-format.ts";

/** What a request is authenticated with: the text of a stored token, or a verified viewer token, which counts for its issuer. */
export type Credential = string | ViewerToken;

/** The part of the rate limit that viewer tokens can use: their visitors cannot stop the server that issues them. */
const viewerShare = 0.8;

/** Returns how many requests of a minute are allowed with a credential, of those of its stored token. */
export function limitOf(credential: Credential, limit: number): number {
  return typeof credential === "string" ? limit : Math.floor(limit * viewerShare);
}

/** Maximum number of tokens in each cache of an instance. */
const capacity = 10_000;

/** How long an instance makes no request for a token whose item was throttled. */
const throttledMs = 1_000;

/**
 * Authenticates requests by their tokens. Caches per instance which tokens were valid, so that only those cost a write,
 * and which are over their limit, so that those cost no call. A token within its limit is always checked against the
 * store.
 */
export class TokenAuthenticator {
  readonly #uses: TokenUsageStore;
  readonly #seen = new Set<string>();
  /** Until when tokens are rate limited, by hash, in Unix milliseconds. Only tokens that were valid. */
  readonly #limited = new ExpiringCache<number>(capacity);
  /** When the first lease of tokens without a free one ends, by the id of their items. */
  readonly #withoutLease = new ExpiringCache<NoExpensiveReadLease>(capacity);

  constructor(uses: TokenUsageStore) {
    this.#uses = uses;
  }

  /**
   * Returns the token of a credential that is new to this instance, without counting a request; `null` if it is known.
   * Throws `ActivityError` `unauthenticated`, `org_suspended`, and `rate_limited` if the token has no requests left.
   */
  async peek(credential: Credential, now: Date, limit: number): Promise<ActiveToken | null> {
    const ref = refOf(credential);
    return this.#seen.has(cacheKeyOf(ref)) ? null : this.#look(ref, now, limit, limitOf(credential, limit));
  }

  /**
   * Returns the token of a credential and the requests in its window, without counting one and regardless of the limit.
   * Throws `ActivityError` `unauthenticated` and `org_suspended`.
   */
  async getWithoutCounting(credential: Credential, now: Date, limit: number): Promise<CountedToken> {
    const ref = refOf(credential);
    const found = await this.#uses.get(ref, { start: windowStart(now), limit });
    const token = assertActiveToken(found?.token ?? null, ref, now);
    return { token, used: found?.used ?? 0 };
  }

  /**
   * Counts a request of a token and returns the token. Throws `ActivityError` `unauthenticated` for a malformed
   * (without a call), unknown, expired or revoked token, `org_suspended` if all its organisations are suspended, and
   * `rate_limited` if it is over its limit.
   */
  async authenticate(credential: Credential, now: Date, limit: number): Promise<CountedToken> {
    const ref = refOf(credential);
    const allowed = limitOf(credential, limit);
    this.enforceRateLimit(credential, now, limit);
    if (!this.#seen.has(cacheKeyOf(ref))) await this.#look(ref, now, limit, allowed);
    const found = await this.#use(ref, now, limit);
    this.#seen.delete(cacheKeyOf(ref));
    const token = assertActiveToken(found?.token ?? null, ref, now);
    if (found === null) throw invalidTokenError();
    this.#seen.add(cacheKeyOf(ref));
    this.#remember(ref, found.used, now, allowed);
    if (found.used > allowed) throw rateLimitedError(allowed, now);
    return { token, used: found.used };
  }

  /** Throws `ActivityError` `rate_limited` if the token is known to be over its limit. Makes no call. */
  enforceRateLimit(credential: Credential, now: Date, limit: number): void {
    const until = this.#limited.get(cacheKeyOf(refOf(credential)), now);
    if (until !== null) throw rateLimitedError(limitOf(credential, limit), now, until);
  }

  /** Whether this instance was recently denied a lease of the token. */
  hasNoLeaseLeft(credential: Credential, now: Date): boolean {
    return this.#withoutLease.get(refOf(credential).holder, now) !== null;
  }

  /**
   * Acquires a lease for an expensive request. Throws `ActivityError` `rate_limited` if the token has no lease left,
   * without a call if one was recently denied.
   */
  async acquireLease(credential: Credential, now: Date): Promise<ExpensiveReadLease> {
    const { holder } = refOf(credential);
    const known = this.#withoutLease.get(holder, now);
    if (known !== null) throw noLeaseError(known.freeAt, now);
    const lease = await this.#uses.acquireLease(holder, now, new Date(now.getTime() + readCost.leaseMs));
    if (lease.slot !== null) return lease;
    this.#withoutLease.set(holder, lease, now.getTime() + readCost.refusedMs, now);
    throw noLeaseError(lease.freeAt, now);
  }

  /** Charges the cost of a request beyond the one that was counted. Returns the new count. */
  async charge(credential: Credential, charge: ReadCharge, now: Date, limit: number): Promise<number> {
    const ref = refOf(credential);
    const used = await this.#uses.charge(ref.holder, { start: windowStart(now), limit }, charge);
    this.#remember(ref, used, now, limitOf(credential, limit));
    return used;
  }

  async #look(ref: TokenRef, now: Date, limit: number, allowed: number): Promise<ActiveToken> {
    const found = await this.#uses.get(ref, { start: windowStart(now), limit });
    const token = assertActiveToken(found?.token ?? null, ref, now);
    if (this.#seen.size >= capacity) this.#seen.clear();
    this.#seen.add(cacheKeyOf(ref));
    if (found !== null && found.used >= allowed) {
      this.#remember(ref, found.used, now, allowed);
      throw rateLimitedError(allowed, now);
    }
    return token;
  }

  async #use(ref: TokenRef, now: Date, limit: number): Promise<CountedToken | null> {
    try {
      return await this.#uses.count(ref, { start: windowStart(now), limit });
    } catch (error) {
      if (error instanceof ActivityError && error.code === "rate_limited") {
        // The requests of the token itself throttle its item, so this instance pauses them.
        this.#limitUntil(ref, now.getTime() + throttledMs, now);
      }
      throw error;
    }
  }

  #remember(ref: TokenRef, used: number, now: Date, limit: number): void {
    if (used >= limit) this.#limitUntil(ref, windowEnd(now).getTime(), now);
  }

  #limitUntil(ref: TokenRef, until: number, now: Date): void {
    // A lost entry only costs a write at the next request, which is then refused.
    this.#limited.set(cacheKeyOf(ref), until, until, now);
  }
}

function noLeaseError(freeAt: number | null, now: Date): ActivityError {
  const waitMs = freeAt === null ? readCost.refusedMs : freeAt - now.getTime();
  const message = `The token already has ${readCost.maxConcurrent} expensive requests running. Retry when one has ended.`;
  return new ActivityError("rate_limited", message, { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) });
}

function refOf(credential: Credential): TokenRef {
  if (typeof credential !== "string") {
    return { holder: credential.issuer_token_id, hash: null, isAccessToken: false };
  }
  if (isViewerToken(credential)) {
    throw new ActivityError("unauthenticated", "Viewer tokens are not accepted here.");
  }
  if (!isWellFormedToken(credential)) throw invalidTokenError();
  return toTokenRef(credential);
}

/** Identifies a token in the caches of an instance. */
function cacheKeyOf({ holder, hash }: TokenRef): string {
  return hash ?? holder;
}

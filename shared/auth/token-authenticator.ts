import { ActivityError } from "#shared/errors.ts";
import { assertActiveToken, type CountedToken, invalidTokenError, type TokenUsageStore } from "./authenticate.ts";
import type { ActiveToken } from "./caller.ts";
import { rateLimitedError, windowEnd, windowStart } from "./rate-limit.ts";
import { readCost } from "./read-cost.ts";
import type { NoReadLease, ReadLease } from "./read-lease.ts";
import type { ReadCharge } from "./request-meter.ts";
import { ShortMemory } from "./short-memory.ts";
import { isWellFormedToken, type TokenRef, toTokenRef } from "./token.ts";

/** Tokens that one instance remembers something about, at most. */
const capacity = 10_000;

/** How long an instance leaves a token's item alone that had more writes than it can take. */
const throttledMs = 1_000;

/**
 * Lets requests in by their tokens. Remembers, for one function instance, which tokens it has seen to be good, so that
 * only those cost a write, and which are over their limit, so that those cost no call at all. Whether a token that is
 * not over its limit is still good is never taken from memory.
 */
export class TokenAuthenticator {
  readonly #uses: TokenUsageStore;
  readonly #seen = new Set<string>();
  /** Until when tokens are refused, by their hashes, in Unix milliseconds. Only of tokens that were seen to be good. */
  readonly #refused = new ShortMemory<number>(capacity);
  /** When the first lease ends of those who were refused one, by the ids of their items. */
  readonly #leaseless = new ShortMemory<NoReadLease>(capacity);

  constructor(uses: TokenUsageStore) {
    this.#uses = uses;
  }

  /**
   * The token of a secret that this instance has not seen yet, by a read that counts nothing; `null` where it has seen
   * it. Throws `ActivityError` `unauthenticated`, `org_suspended`, and `rate_limited` where nothing is left of its
   * rate.
   */
  async peek(secret: string, now: Date, limit: number): Promise<ActiveToken | null> {
    const ref = refOf(secret);
    return this.#seen.has(ref.hash) ? null : this.#look(ref, now, limit);
  }

  /**
   * The token of a secret and what is counted in its window, by a read that counts nothing, whatever is left of its
   * rate. Throws `ActivityError` `unauthenticated` and `org_suspended`.
   */
  async getWithoutCounting(secret: string, now: Date, limit: number): Promise<CountedToken> {
    const ref = refOf(secret);
    const found = await this.#uses.get(ref, { start: windowStart(now), limit });
    const token = assertActiveToken(found?.token ?? null, ref, now);
    return { token, used: found?.used ?? 0 };
  }

  /**
   * Counts a request against the rate of its token. Throws `ActivityError` `unauthenticated` for a token that is
   * malformed (without any call), unknown, expired or revoked, `org_suspended` for one whose organisations are all
   * suspended, and `rate_limited` for one that is over its limit.
   */
  async authenticate(secret: string, now: Date, limit: number): Promise<CountedToken> {
    const ref = refOf(secret);
    this.enforceRateLimit(secret, now, limit);
    if (!this.#seen.has(ref.hash)) await this.#look(ref, now, limit);
    const found = await this.#use(ref, now, limit);
    this.#seen.delete(ref.hash);
    const token = assertActiveToken(found?.token ?? null, ref, now);
    if (found === null) throw invalidTokenError();
    this.#seen.add(ref.hash);
    this.#remember(ref, found.used, now, limit);
    if (found.used > limit) throw rateLimitedError(limit, now);
    return { token, used: found.used };
  }

  /** Throws `ActivityError` `rate_limited` where the token is known to be over its limit; makes no call. */
  enforceRateLimit(secret: string, now: Date, limit: number): void {
    const { hash } = refOf(secret);
    const until = this.#refused.get(hash, now);
    if (until !== null) throw rateLimitedError(limit, now, until);
  }

  /** Whether this instance was refused a lease of the token a moment ago. */
  hasNoLeaseLeft(secret: string, now: Date): boolean {
    return this.#leaseless.get(refOf(secret).holder, now) !== null;
  }

  /**
   * Takes a lease for an expensive request. Throws `ActivityError` `rate_limited` where the token holds as many as it
   * may, without a call where it was refused one a moment ago.
   */
  async acquireLease(secret: string, now: Date): Promise<ReadLease> {
    const { holder } = refOf(secret);
    const known = this.#leaseless.get(holder, now);
    if (known !== null) throw leaselessUntil(known.freeAt, now);
    const lease = await this.#uses.acquireLease(holder, now, new Date(now.getTime() + readCost.leaseMs));
    if (lease.slot !== null) return lease;
    this.#leaseless.set(holder, lease, now.getTime() + readCost.refusedMs, now);
    throw leaselessUntil(lease.freeAt, now);
  }

  /** Charges what a request has cost beyond the one that was counted. Answers what is counted then. */
  async charge(secret: string, charge: ReadCharge, now: Date, limit: number): Promise<number> {
    const ref = refOf(secret);
    const used = await this.#uses.charge(ref.holder, { start: windowStart(now), limit }, charge);
    this.#remember(ref, used, now, limit);
    return used;
  }

  async #look(ref: TokenRef, now: Date, limit: number): Promise<ActiveToken> {
    const found = await this.#uses.get(ref, { start: windowStart(now), limit });
    const token = assertActiveToken(found?.token ?? null, ref, now);
    if (this.#seen.size >= capacity) this.#seen.clear();
    this.#seen.add(ref.hash);
    if (found !== null && found.used >= limit) {
      this.#remember(ref, found.used, now, limit);
      throw rateLimitedError(limit, now);
    }
    return token;
  }

  async #use(ref: TokenRef, now: Date, limit: number): Promise<CountedToken | null> {
    try {
      return await this.#uses.count(ref, { start: windowStart(now), limit });
    } catch (error) {
      if (error instanceof ActivityError && error.code === "rate_limited") {
        // Its own requests are what its item cannot take: until they let go, this instance adds none.
        this.#refuse(ref, now.getTime() + throttledMs, now);
      }
      throw error;
    }
  }

  #remember(ref: TokenRef, used: number, now: Date, limit: number): void {
    if (used >= limit) this.#refuse(ref, windowEnd(now).getTime(), now);
  }

  #refuse({ hash }: TokenRef, until: number, now: Date): void {
    // Whatever is forgotten costs a write at its next request, and is refused then.
    this.#refused.set(hash, until, until, now);
  }
}

function leaselessUntil(freeAt: number | null, now: Date): ActivityError {
  const waitMs = freeAt === null ? readCost.refusedMs : freeAt - now.getTime();
  const message = `${readCost.maxConcurrent} requests of this token that read much are under way: wait for one to end.`;
  return new ActivityError("rate_limited", message, { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) });
}

function refOf(secret: string): TokenRef {
  if (!isWellFormedToken(secret)) throw invalidTokenError();
  return toTokenRef(secret);
}

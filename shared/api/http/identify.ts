import type { ActiveToken } from "#shared/auth/caller.ts";
import { type RateState, rateLimit, rateState } from "#shared/auth/rate-limit.ts";
import { tokenIdOf } from "#shared/auth/token.ts";
import type { TokenGate } from "#shared/auth/token-gate.ts";
import { ActivityError } from "#shared/errors.ts";
import type { HttpRequest, HttpTrace } from "./request.ts";

/** How a dialect counts and tells a token's requests. */
export type RateRules = {
  /** Requests in a minute. */
  readonly limit: number;
  headers(state: RateState, now: Date): Readonly<Record<string, string>>;
};

/** The rate of dialects that have no rule of their own. */
export const commonRate: RateRules = {
  limit: rateLimit.requests,
  headers: ({ limit, remaining, reset }) => ({
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(reset),
  }),
};

/** A request and the token that it brings. */
export type Visit = {
  readonly gate: TokenGate;
  readonly secret: string;
  readonly trace: HttpTrace;
  readonly rate: RateRules;
  now(): Date;
};

/** The token of an `Authorization` header of the scheme Bearer (RFC 6750, section 2.1); `null` where there is none. */
export function bearerOf({ headers }: Pick<HttpRequest, "headers">): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}

/**
 * Finds the token that a request brings and counts the request; the trace learns how the token stands. Throws
 * `ActivityError` for a bad token and an excess of requests.
 */
export async function identify(visit: Visit): Promise<ActiveToken> {
  const { gate, secret, trace, rate } = visit;
  // Known of a token that is refused, too: an attempt with a revoked one is worth knowing.
  trace.facts.token_id = tokenIdOf(secret);
  const now = visit.now();
  const { token, used } = await withExcess(visit, () => gate.enter(secret, now, rate.limit));
  trace.facts.user_id = token.user_id ?? undefined;
  showRate(visit, used, now);
  return token;
}

/**
 * Finds the token that a request brings by a read, without counting the request and whatever is left of the rate. Throws
 * `ActivityError` for a bad token.
 */
export async function identifyUncounted(visit: Visit): Promise<ActiveToken> {
  const { gate, secret, trace, rate } = visit;
  trace.facts.token_id = tokenIdOf(secret);
  const now = visit.now();
  const { token, used } = await gate.find(secret, now, rate.limit);
  trace.facts.user_id = token.user_id ?? undefined;
  showRate(visit, used, now);
  return token;
}

/** Refuses a token that is known to be over its limit before anything is done for it. */
export async function refuseKnownExcess(visit: Visit): Promise<void> {
  const { gate, secret, rate } = visit;
  await withExcess(visit, async () => gate.refuseExcess(secret, visit.now(), rate.limit));
}

/** Puts what is left of a token's rate into the headers of the answer. */
export function showRate({ trace, rate }: Visit, used: number, now: Date): void {
  Object.assign(trace.headers, rate.headers(rateState(used, now, rate.limit), now));
}

/** Runs a check; where it refuses the token for its rate, the headers say that nothing is left. */
export async function withExcess<T>(visit: Visit, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ActivityError && error.code === "rate_limited") {
      visit.trace.facts.token_id = tokenIdOf(visit.secret);
      showRate(visit, visit.rate.limit, visit.now());
    }
    throw error;
  }
}

import type { ActiveToken } from "#shared/auth/caller.ts";
import { type RateLimitState, rateLimit, rateLimitState } from "#shared/auth/rate-limit.ts";
import { parseTokenId } from "#shared/auth/token.ts";
import type { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { ActivityError } from "#shared/errors.ts";
import type { HttpRequest, RequestContext } from "./request.ts";

/** How a dialect counts and tells a token's requests. */
export type RateLimitPolicy = {
  /** Requests in a minute. */
  readonly limit: number;
  headers(state: RateLimitState, now: Date): Readonly<Record<string, string>>;
};

/** The rate of dialects that have no rule of their own. */
export const defaultRateLimitPolicy: RateLimitPolicy = {
  limit: rateLimit.requests,
  headers: ({ limit, remaining, reset }) => ({
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(reset),
  }),
};

/** A request and the token that it brings. */
export type AuthContext = {
  readonly gate: TokenAuthenticator;
  readonly secret: string;
  readonly context: RequestContext;
  readonly rateLimitPolicy: RateLimitPolicy;
  now(): Date;
};

/** The token of an `Authorization` header of the scheme Bearer (RFC 6750, section 2.1); `null` where there is none. */
export function getBearerToken({ headers }: Pick<HttpRequest, "headers">): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}

/**
 * Finds the token that a request brings and counts the request; the context learns how the token stands. Throws
 * `ActivityError` for a bad token and an excess of requests.
 */
export async function authenticateRequest(auth: AuthContext): Promise<ActiveToken> {
  const { gate, secret, context, rateLimitPolicy } = auth;
  // Known of a token that is refused, too: an attempt with a revoked one is worth knowing.
  context.auditFields.token_id = parseTokenId(secret);
  const now = auth.now();
  const { token, used } = await withRateLimitHeaders(auth, () => gate.authenticate(secret, now, rateLimitPolicy.limit));
  context.auditFields.user_id = token.user_id ?? undefined;
  setRateLimitHeaders(auth, used, now);
  return token;
}

/**
 * Finds the token that a request brings by a read, without counting the request and whatever is left of the rate. Throws
 * `ActivityError` for a bad token.
 */
export async function authenticateWithoutCounting(auth: AuthContext): Promise<ActiveToken> {
  const { gate, secret, context, rateLimitPolicy } = auth;
  context.auditFields.token_id = parseTokenId(secret);
  const now = auth.now();
  const { token, used } = await gate.getWithoutCounting(secret, now, rateLimitPolicy.limit);
  context.auditFields.user_id = token.user_id ?? undefined;
  setRateLimitHeaders(auth, used, now);
  return token;
}

/** Refuses a token that is known to be over its limit before anything is done for it. */
export async function assertNotKnownRateLimited(auth: AuthContext): Promise<void> {
  const { gate, secret, rateLimitPolicy } = auth;
  await withRateLimitHeaders(auth, async () => gate.enforceRateLimit(secret, auth.now(), rateLimitPolicy.limit));
}

/** Puts what is left of a token's rate into the headers of the answer. */
export function setRateLimitHeaders({ context, rateLimitPolicy }: AuthContext, used: number, now: Date): void {
  Object.assign(
    context.responseHeaders,
    rateLimitPolicy.headers(rateLimitState(used, now, rateLimitPolicy.limit), now),
  );
}

/** Runs a check; where it refuses the token for its rate, the headers say that nothing is left. */
export async function withRateLimitHeaders<T>(auth: AuthContext, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ActivityError && error.code === "rate_limited") {
      auth.context.auditFields.token_id = parseTokenId(auth.secret);
      setRateLimitHeaders(auth, auth.rateLimitPolicy.limit, auth.now());
    }
    throw error;
  }
}

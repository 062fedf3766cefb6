import type { ActiveToken } from "#shared/auth/caller.ts";
import { type RateLimitState, rateLimit, rateLimitState } from "#shared/auth/rate-limit.ts";
import type { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { parseTokenId } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import type { HttpRequest, RequestContext } from "./request.ts";

/** The rate limit of a dialect and the headers that report it. */
export type RateLimitPolicy = {
  /** Requests per minute. */
  readonly limit: number;
  headers(state: RateLimitState, now: Date): Readonly<Record<string, string>>;
};

/** The rate limit of FinzBooks and SimplyBooks, whose vendors document none. */
export const defaultRateLimitPolicy: RateLimitPolicy = {
  limit: rateLimit.requests,
  headers: ({ limit, remaining, reset }) => ({
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(reset),
  }),
};

/** A request and the token that authenticates it. */
export type AuthContext = {
  readonly authenticator: TokenAuthenticator;
  readonly secret: string;
  readonly context: RequestContext;
  readonly rateLimitPolicy: RateLimitPolicy;
  now(): Date;
};

/** Returns the token of an `Authorization` header of the scheme Bearer (RFC 6750, section 2.1); `null` if absent. */
export function getBearerToken({ headers }: Pick<HttpRequest, "headers">): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}

/**
 * Returns the token of a request and counts the request. Sets the rate limit headers and the audit fields of the token.
 * Throws `ActivityError` for an invalid token and if the rate limit is exceeded.
 */
export async function authenticateRequest(auth: AuthContext): Promise<ActiveToken> {
  const { authenticator, secret, context, rateLimitPolicy } = auth;
  // Set before the check, so that the audit log shows attempts with revoked tokens.
  context.auditFields.token_id = parseTokenId(secret);
  const now = auth.now();
  const { token, used } = await withRateLimitHeaders(auth, () =>
    authenticator.authenticate(secret, now, rateLimitPolicy.limit),
  );
  context.auditFields.user_id = token.user_id ?? undefined;
  setRateLimitHeaders(auth, used, now);
  return token;
}

/**
 * Returns the token of a request without counting the request, even if its rate limit is exceeded. Throws
 * `ActivityError` for an invalid token.
 */
export async function authenticateWithoutCounting(auth: AuthContext): Promise<ActiveToken> {
  const { authenticator, secret, context, rateLimitPolicy } = auth;
  context.auditFields.token_id = parseTokenId(secret);
  const now = auth.now();
  const { token, used } = await authenticator.getWithoutCounting(secret, now, rateLimitPolicy.limit);
  context.auditFields.user_id = token.user_id ?? undefined;
  setRateLimitHeaders(auth, used, now);
  return token;
}

/** Throws `ActivityError` `rate_limited` if this instance knows that the token is over its limit. Makes no call. */
export async function assertNotKnownRateLimited(auth: AuthContext): Promise<void> {
  const { authenticator, secret, rateLimitPolicy } = auth;
  await withRateLimitHeaders(auth, async () =>
    authenticator.enforceRateLimit(secret, auth.now(), rateLimitPolicy.limit),
  );
}

/** Sets the rate limit headers of the response. */
export function setRateLimitHeaders({ context, rateLimitPolicy }: AuthContext, used: number, now: Date): void {
  Object.assign(
    context.responseHeaders,
    rateLimitPolicy.headers(rateLimitState(used, now, rateLimitPolicy.limit), now),
  );
}

/** Runs a check. If it throws `rate_limited`, sets the rate limit headers to nothing left. */
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

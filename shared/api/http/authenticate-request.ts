import type { ActiveToken } from "#shared/auth/caller.ts";
import { type RateLimitState, rateLimit, rateLimitState } from "#shared/auth/rate-limit.ts";
import { type Credential, limitOf, type TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { hashToken, parseTokenId } from "#shared/auth/token-format.ts";
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
  readonly credential: Credential;
  readonly context: RequestContext;
  readonly rateLimitPolicy: RateLimitPolicy;
  now(): Date;
};

/** Returns the id of the stored token that a credential belongs to; `undefined` if it is malformed. */
export function getTokenId(credential: Credential): string | undefined {
  return typeof credential === "string" ? parseTokenId(credential) : credential.issuer_token_id;
}

/** Returns a text that identifies a credential in a cache, and from which it cannot be derived. */
export function toCacheKey(credential: Credential): string {
  return typeof credential === "string" ? hashToken(credential) : credential.viewer_token_id;
}

/** Returns the token of an `Authorization` header of the scheme Bearer (RFC 6750, section 2.1); `null` if absent. */
export function getBearerToken({ headers }: Pick<HttpRequest, "headers">): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}

/**
 * Returns the token of a request and counts the request. Sets the rate limit headers and the audit fields of the token.
 * Throws `ActivityError` for an invalid token and if the rate limit is exceeded.
 */
export async function authenticateRequest(auth: AuthContext): Promise<ActiveToken> {
  const { authenticator, credential, context, rateLimitPolicy } = auth;
  // Set before the check, so that the audit log shows attempts with revoked tokens.
  context.auditFields.token_id = getTokenId(credential);
  const now = auth.now();
  const { token, used } = await withRateLimitHeaders(auth, () =>
    authenticator.authenticate(credential, now, rateLimitPolicy.limit),
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
  const { authenticator, credential, context, rateLimitPolicy } = auth;
  context.auditFields.token_id = getTokenId(credential);
  const now = auth.now();
  const { token, used } = await authenticator.getWithoutCounting(credential, now, rateLimitPolicy.limit);
  context.auditFields.user_id = token.user_id ?? undefined;
  setRateLimitHeaders(auth, used, now);
  return token;
}

/** Throws `ActivityError` `rate_limited` if this instance knows that the token is over its limit. Makes no call. */
export async function assertNotKnownRateLimited(auth: AuthContext): Promise<void> {
  const { authenticator, credential, rateLimitPolicy } = auth;
  await withRateLimitHeaders(auth, async () =>
    authenticator.enforceRateLimit(credential, auth.now(), rateLimitPolicy.limit),
  );
}

/** Sets the rate limit headers of the response. */
export function setRateLimitHeaders(auth: AuthContext, used: number, now: Date): void {
  const { context, credential, rateLimitPolicy } = auth;
  const state = rateLimitState(used, now, limitOf(credential, rateLimitPolicy.limit));
  Object.assign(context.responseHeaders, rateLimitPolicy.headers(state, now));
}

/** Runs a check. If it throws `rate_limited`, sets the rate limit headers to nothing left. */
export async function withRateLimitHeaders<T>(auth: AuthContext, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ActivityError && error.code === "rate_limited") {
      auth.context.auditFields.token_id = getTokenId(auth.credential);
      setRateLimitHeaders(auth, auth.rateLimitPolicy.limit, auth.now());
    }
    throw error;
  }
}

import { authenticate, type TokenUses } from "../access/authenticate.ts";
import type { Token } from "../access/caller.ts";
import { type RateState, rateLimit, rateState, refuseExcess } from "../access/rate.ts";
import { tokenIdOf } from "../access/token.ts";
import type { HttpRequest, HttpTrace } from "./http.ts";
import type { SeenCallers } from "./seen-callers.ts";

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

/** The token of an `Authorization` header of the scheme Bearer (RFC 6750, section 2.1); `null` where there is none. */
export function bearerOf({ headers }: Pick<HttpRequest, "headers">): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}

/**
 * Finds the token that a request brings and counts the request; the trace learns how the token stands. Throws
 * `ActivityError` for a bad token and an excess of requests.
 */
export async function identify(
  tokens: TokenUses,
  secret: string,
  { now, trace, rate = commonRate }: { now: Date; trace: HttpTrace; rate?: RateRules },
): Promise<Token> {
  // Known of a token that is refused, too: an attempt with a revoked one is worth knowing.
  trace.facts.token_id = tokenIdOf(secret);
  const { token, used } = await authenticate(tokens, secret, now);
  trace.facts.user_id = token.user_id ?? undefined;
  Object.assign(trace.headers, rate.headers(rateState(used, now, rate.limit), now));
  refuseExcess(used, now, rate.limit);
  return token;
}

/**
 * Reads for a caller. One that was let in before is expected to be let in again: its read starts beside `enter`, which
 * answers the organisation that it is let in to, and what it read is dropped if it is not. For nobody else anything is
 * read before it is known who asks.
 */
export async function readBeside<T>(
  { seen, key }: { readonly seen: SeenCallers; readonly key: string },
  enter: () => Promise<string>,
  read: (orgId: string) => Promise<T>,
): Promise<T> {
  const expected = seen.take(key);
  const entering = enter();
  const early = expected === null ? null : read(expected);
  early?.catch(() => undefined);
  const orgId = await entering;
  seen.add(key, orgId);
  return early !== null && expected === orgId ? early : read(orgId);
}

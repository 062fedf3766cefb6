import type { ActiveToken } from "#shared/auth/caller.ts";
import { parseTokenId } from "#shared/auth/token.ts";
import { ActivityError } from "#shared/errors.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import {
  type AuthContext,
  assertNotKnownRateLimited,
  authenticateRequest,
  withRateLimitHeaders,
} from "./authenticate-request.ts";
import type { CallerCache } from "./caller-cache.ts";
import { withReadCharge } from "./read-charge.ts";

/** A request that reads events. */
export type ReadAuthContext = AuthContext & {
  readonly callerCache: CallerCache;
  /** Identifies the caller together with the organisation that it names. */
  readonly cacheKey: string;
  /** The organisation that a token is let in to by this request. Throws `ActivityError` where it is to none. */
  authorize(token: ActiveToken): string | Promise<string>;
};

/**
 * Reads for a caller while its request is counted. One that was let in before is expected to be let in again; the token
 * of any other is looked at first, so that a token that is not good makes neither a write nor a read of the log. What
 * was read is dropped where the caller is refused after all.
 */
export async function speculativeRead<T>(
  auth: ReadAuthContext,
  read: (orgId: string, meter: ReadMeter) => Promise<T>,
): Promise<T> {
  await assertNotKnownRateLimited(auth);
  const { callerCache, cacheKey, context } = auth;
  const expected = callerCache.get(cacheKey) ?? (await predictOrg(auth));
  const entering = enter(auth);
  return withReadCharge(auth, entering, async (meter) => {
    const early = expected === null ? null : read(expected, meter);
    early?.catch(() => undefined);
    const orgId = await entering;
    context.auditFields.org_id = orgId;
    callerCache.set(cacheKey, orgId);
    return early !== null && expected === orgId ? early : read(orgId, meter);
  });
}

async function enter(auth: ReadAuthContext): Promise<string> {
  return auth.authorize(await authenticateRequest(auth));
}

/** The organisation that a caller is expected to be let in to; `null` where only its request can tell. */
async function predictOrg(auth: ReadAuthContext): Promise<string | null> {
  const { gate, secret, context, rateLimitPolicy, authorize, now } = auth;
  context.auditFields.token_id = parseTokenId(secret);
  const token = await withRateLimitHeaders(auth, () => gate.peek(secret, now(), rateLimitPolicy.limit));
  if (token === null) return null;
  try {
    return await authorize(token);
  } catch (error) {
    // A refusal, which is to be counted like any other request.
    if (error instanceof ActivityError) return null;
    throw error;
  }
}

import type { ActiveToken } from "#shared/auth/caller.ts";
import { ActivityError } from "#shared/errors.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import {
  type AuthContext,
  assertNotKnownRateLimited,
  authenticateRequest,
  getTokenId,
  withRateLimitHeaders,
} from "./authenticate-request.ts";
import type { CallerCache } from "./caller-cache.ts";
import { withReadCharge } from "./charge-read.ts";

/** The authentication of a request that reads events. */
export type ReadAuthContext = AuthContext & {
  readonly callerCache: CallerCache;
  /** Identifies the token and the organisation that the request names. */
  readonly cacheKey: string;
  /** Returns the organisation that the token may read with this request. Throws `ActivityError` if not allowed. */
  authorize(token: ActiveToken): string | Promise<string>;
};

/**
 * Reads events while the request is being counted and authorised. Callers that were authorised before are expected to be
 * authorised again; other tokens are checked by a read first, so that an invalid token causes neither a write nor a read
 * of the log. If the request is refused, the result is discarded.
 */
export async function speculativeRead<T>(
  auth: ReadAuthContext,
  read: (orgId: string, meter: ReadMeter) => Promise<T>,
): Promise<T> {
  await assertNotKnownRateLimited(auth);
  const { callerCache, cacheKey, context } = auth;
  const expected = callerCache.get(cacheKey) ?? (await predictOrg(auth));
  const authorizing = authenticateRequest(auth).then((token) => auth.authorize(token));
  return withReadCharge(auth, authorizing, async (meter) => {
    const early = expected === null ? null : read(expected, meter);
    early?.catch(() => undefined);
    const orgId = await authorizing;
    context.auditFields.org_id = orgId;
    callerCache.set(cacheKey, orgId);
    return early !== null && expected === orgId ? early : read(orgId, meter);
  });
}

/** Returns the organisation for which the request will be authorised, or `null` if unknown before it is counted. */
async function predictOrg(auth: ReadAuthContext): Promise<string | null> {
  const { authenticator, credential, context, rateLimitPolicy, authorize, now } = auth;
  context.auditFields.token_id = getTokenId(credential);
  const token = await withRateLimitHeaders(auth, () => authenticator.peek(credential, now(), rateLimitPolicy.limit));
  if (token === null) return null;
  try {
    return await authorize(token);
  } catch (error) {
    // The counted request throws this error again: refused requests count like any other.
    if (error instanceof ActivityError) return null;
    throw error;
  }
}

import { type FinzbooksCredentials, parseCredentials, verifyCredentials } from "#shared/api/finzbooks/credentials.ts";
import { type AuthContext, defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import type { CallerCache } from "#shared/api/http/caller-cache.ts";
import type { RequestContext } from "#shared/api/http/request.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { Scope } from "#shared/auth/caller.ts";
import type { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { VerifyViewerToken } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import type { EventReader } from "#shared/events/query/query.ts";
import type { SequenceFinder } from "#shared/ledger/feed/find-sequences.ts";

/** A request to this dialect, and what all its operations need. */
export type FinzbooksCall = PathCall & {
  readonly context: RequestContext;
  readonly events: EventReader;
  readonly findSequences: SequenceFinder;
  readonly authenticator: TokenAuthenticator;
  readonly callerCache: CallerCache;
  readonly verifyViewerToken: VerifyViewerToken;
  now(): Date;
};

export type FinzbooksOperation = Operation<FinzbooksCall>;

type Authentication = { readonly auth: AuthContext; readonly credentials: FinzbooksCredentials };

/** Returns what a request is authenticated with. Throws `ActivityError` `unauthenticated` if it has no token. */
export function authenticationOf(call: FinzbooksCall, credentials = parseCredentials(call.request)): Authentication {
  const { context, authenticator, now } = call;
  const credential = credentials.viewer ?? credentials.secret;
  return { auth: { authenticator, credential, context, rateLimitPolicy: defaultRateLimitPolicy, now }, credentials };
}

/** Returns what a request is authenticated with, which may be a viewer token. Throws like `verifyCredentials`. */
export async function viewerAuthenticationOf(call: FinzbooksCall, scope: Scope | null): Promise<Authentication> {
  const { request, context, verifyViewerToken, now } = call;
  return authenticationOf(call, await verifyCredentials(request, context, { verifyViewerToken, scope, now }));
}

import { type FinzbooksCredentials, parseCredentials } from "#shared/api/finzbooks/credentials.ts";
import { type AuthContext, defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import type { CallerCache } from "#shared/api/http/caller-cache.ts";
import type { RequestContext } from "#shared/api/http/request.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { EventReader } from "#shared/events/query/query.ts";

/** A request to this dialect, and what all its operations need. */
export type FinzbooksCall = PathCall & {
  readonly context: RequestContext;
  readonly events: EventReader;
  readonly authenticator: TokenAuthenticator;
  readonly callerCache: CallerCache;
  now(): Date;
};

export type FinzbooksOperation = Operation<FinzbooksCall>;

type Authentication = { readonly auth: AuthContext; readonly credentials: FinzbooksCredentials };

/** Returns what a request is authenticated with. Throws `ActivityError` `unauthenticated` if it has no token. */
export function authenticationOf({ request, context, authenticator, now }: FinzbooksCall): Authentication {
  const credentials = parseCredentials(request);
  const { secret } = credentials;
  return { auth: { authenticator, secret, context, rateLimitPolicy: defaultRateLimitPolicy, now }, credentials };
}

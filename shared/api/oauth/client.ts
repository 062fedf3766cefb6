import { fakturoidRateLimitPolicy } from "#shared/api/fakturoid/credentials.ts";
import {
  type AuthContext,
  authenticateRequest,
  authenticateWithoutCounting,
} from "#shared/api/http/authenticate-request.ts";
import type { HttpRequest, RequestContext } from "#shared/api/http/request.ts";
import { clientScope, type Token } from "#shared/auth/caller.ts";
import { parseTokenId } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import { asUnknownClient, unknownClient } from "./errors.ts";
import type { OauthCall } from "./operations/oauth-call.ts";

/** An authenticated client of OAuth. */
export type Client = {
  readonly token: Token;
  readonly secret: string;
  /** The error if the client is over its rate limit; `null` if it may get a new access token. */
  readonly rateLimitError: ActivityError | null;
};

type CountedClient = Omit<Client, "secret">;

type Authenticate = (auth: AuthContext) => Promise<CountedClient>;

/**
 * Returns the client of a request. Sets the rate limit headers and the audit fields. Throws `ActivityError`
 * `unauthenticated` if its id or secret is wrong.
 */
export async function authenticateClient(call: OauthCall, authenticate: Authenticate): Promise<Client> {
  const { request, context, authenticator, now } = call;
  const { id, secret } = parseClientCredentials(request);
  // Kept apart, so that a response shows the rate limit of a client, but not that of another token.
  const own: RequestContext = { responseHeaders: {}, auditFields: context.auditFields };
  const auth = { authenticator, credential: secret, context: own, rateLimitPolicy: fakturoidRateLimitPolicy, now };
  const client = await authenticate(auth).catch((error: unknown) => {
    if (parseTokenId(secret) === id) Object.assign(context.responseHeaders, own.responseHeaders);
    return asUnknownClient(error);
  });
  const { token_id, scopes, org_ids } = client.token;
  if (token_id !== id || !scopes.includes(clientScope)) throw unknownClient();
  Object.assign(context.responseHeaders, own.responseHeaders);
  context.auditFields.org_id = org_ids.join(",");
  return { ...client, secret };
}

/** Returns the client that a request names by HTTP Basic, in either alphabet of Base64. */
function parseClientCredentials({ headers }: HttpRequest): { readonly id: string; readonly secret: string } {
  const [, encoded = ""] = /^Basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(headers.authorization ?? "") ?? [];
  const [, id, secret] = /^([^:]+):(.+)$/s.exec(Buffer.from(encoded, "base64").toString()) ?? [];
  if (id === undefined || secret === undefined) throw unknownClient();
  return { id, secret };
}

/** Counts the request, and also returns a client that is over its rate limit. */
export async function counted(auth: AuthContext): Promise<CountedClient> {
  try {
    return { token: await authenticateRequest(auth), rateLimitError: null };
  } catch (error) {
    if (!(error instanceof ActivityError) || error.code !== "rate_limited") throw error;
    return { ...(await uncounted(auth)), rateLimitError: error };
  }
}

/** Not rate limited: access tokens count against their client, which must still be able to revoke them. */
export async function uncounted(auth: AuthContext): Promise<CountedClient> {
  return { token: await authenticateWithoutCounting(auth), rateLimitError: null };
}

import { assertUserAgent, fakturoidRateLimitPolicy } from "#shared/api/fakturoid/credentials.ts";
import { renderErrorWith, type TranslatedError, translateCode } from "#shared/api/fakturoid/errors.ts";
import { unknownResource } from "#shared/api/fakturoid/routes.ts";
import {
  type AuthContext,
  authenticateRequest,
  authenticateWithoutCounting,
} from "#shared/api/http/authenticate-request.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { accessTokenScopes } from "#shared/auth/access-token-settings.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { clientScope, type Token } from "#shared/auth/caller.ts";
import {
  type AccessGrantStore,
  getReusableAccessToken,
  type IssuedToken,
  issueAccessToken,
} from "#shared/auth/issue-access-token.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { isWellFormedToken, parseTokenId, toTokenRef } from "#shared/auth/token-format.ts";
import { ActivityError, type ErrorCode } from "#shared/errors.ts";
import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";

export type OauthPorts = {
  readonly tokens: TokenUsageStore;
  readonly issued: AccessGrantStore;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
};

type Client = {
  readonly token: Token;
  readonly secret: string;
  /** The error if the client is over its rate limit; `null` if it may get a new access token. */
  readonly rateLimitError: ActivityError | null;
};

/**
 * Creates the handler that issues and revokes access tokens for OAuth 2.0 client credentials (RFC 6749, section 4.4, and
 * RFC 7009). It throws `ActivityError`, which `renderOauthError` renders.
 */
export function createOauthHandler(ports: OauthPorts) {
  const authenticator = new TokenAuthenticator(ports.tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    assertUserAgent(request);
    const [, operation] = /^\/api\/v3\/oauth\/(token|revoke)(?:\.json)?$/.exec(request.path) ?? [];
    if (operation === undefined) throw unknownResource();
    if (request.method !== "POST") {
      throw new ActivityError("method_not_allowed", "This resource accepts only POST.", { allow: "POST" });
    }
    context.auditFields.route = operation;
    const { id, secret } = parseClientCredentials(request);
    const auth = { authenticator, secret, context, rateLimitPolicy: fakturoidRateLimitPolicy, now: ports.now };
    const client = await authenticateClient(auth, id, operation === "revoke" ? uncounted : counted);
    const body = request.body();
    const fields = isJsonObject(body) ? body : {};
    if (operation === "revoke") return handleRevocation(ports, client.token, fields.token, context);
    return handleGrant(ports, client, fields, context);
  };
}

/** Returns the client that a request names by HTTP Basic, in either alphabet of Base64. */
function parseClientCredentials({ headers }: HttpRequest): { readonly id: string; readonly secret: string } {
  const [, encoded = ""] = /^Basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(headers.authorization ?? "") ?? [];
  const [, id, secret] = /^([^:]+):(.+)$/s.exec(Buffer.from(encoded, "base64").toString()) ?? [];
  if (id === undefined || secret === undefined) throw unknownClient();
  return { id, secret };
}

async function authenticateClient(auth: AuthContext, id: string, authenticate: typeof counted): Promise<Client> {
  const { context, secret } = auth;
  // Kept apart, so that a response shows the rate limit of a client, but not that of another token.
  const own: RequestContext = { responseHeaders: {}, auditFields: context.auditFields };
  const client = await authenticate({ ...auth, context: own }).catch((error: unknown) => {
    if (parseTokenId(secret) === id) Object.assign(context.responseHeaders, own.responseHeaders);
    return asUnknownClient(error);
  });
  const { token_id, scopes, org_ids } = client.token;
  if (token_id !== id || !scopes.includes(clientScope)) throw unknownClient();
  Object.assign(context.responseHeaders, own.responseHeaders);
  context.auditFields.org_id = org_ids.join(",");
  return client;
}

async function counted(auth: AuthContext): Promise<Client> {
  try {
    return { token: await authenticateRequest(auth), secret: auth.secret, rateLimitError: null };
  } catch (error) {
    if (!(error instanceof ActivityError) || error.code !== "rate_limited") throw error;
    return { ...(await uncounted(auth)), rateLimitError: error };
  }
}

/** Not rate limited: access tokens count against their client, which must still be able to revoke them. */
async function uncounted(auth: AuthContext): Promise<Client> {
  return { token: await authenticateWithoutCounting(auth), secret: auth.secret, rateLimitError: null };
}

async function handleGrant(
  ports: OauthPorts,
  client: Client,
  { grant_type: grant, scope }: JsonObject,
  { auditFields }: RequestContext,
): Promise<HttpResponse> {
  // A parameter without a value counts as omitted (RFC 6749, section 3.2).
  if (grant === undefined || grant === "") throw missing("grant_type");
  if (grant !== "client_credentials") {
    throw new ActivityError("invalid_value", "grant_type must be client_credentials.", { field: "grant_type" });
  }
  const { accessToken, expiresInSeconds } = await accessTokenFor(ports, client).catch(asUnknownClient);
  auditFields.issued_token_id = parseTokenId(accessToken);
  const token = { access_token: accessToken, token_type: "Bearer", expires_in: expiresInSeconds };
  return uncachedResponse({ ...token, ...scopeFields(scope) });
}

/** A client over its rate limit gets only the token that it has, so that it can revoke it. */
async function accessTokenFor(ports: OauthPorts, { token, secret, rateLimitError }: Client): Promise<IssuedToken> {
  const { issued: grants, now, random } = ports;
  if (rateLimitError === null) return issueAccessToken({ grants, now, random }, token, secret);
  const reusable = await getReusableAccessToken({ grants, now }, token, secret);
  if (reusable === null) throw rateLimitError;
  return reusable;
}

/** Returns 200 also for an unknown token and one of another client (RFC 7009, section 2.2). */
async function handleRevocation(
  { issued }: OauthPorts,
  { token_id }: Token,
  token: unknown,
  { auditFields }: RequestContext,
): Promise<HttpResponse> {
  if (typeof token !== "string" || token === "") throw missing("token");
  if (!isWellFormedToken(token)) return uncachedResponse({});
  auditFields.revoked_token_id = parseTokenId(token);
  const { isAccessToken, holder, hash } = toTokenRef(token);
  if (isAccessToken && holder === token_id) {
    const grants = await issued.get(token_id);
    // Writes only if the token is stored, because revocations are not rate limited.
    if (grants !== null && Object.hasOwn(grants, hash)) await issued.revoke(token_id, hash);
  }
  return uncachedResponse({});
}

function asUnknownClient(error: unknown): never {
  throw error instanceof ActivityError && error.code === "unauthenticated" ? unknownClient() : error;
}

function unknownClient(): ActivityError {
  return new ActivityError("unauthenticated", "Invalid or revoked client. Check its id and secret.");
}

/** Returns the scope if it differs from the requested one (RFC 6749, section 5.1). */
function scopeFields(requested: unknown): { scope?: string } {
  const issuedScope = accessTokenScopes.join(" ");
  return typeof requested !== "string" || requested === "" || requested === issuedScope ? {} : { scope: issuedScope };
}

function missing(field: string): ActivityError {
  return new ActivityError("required_field", `${field} is required.`, { field });
}

/** Returns a response that caches do not store (RFC 6749, section 5.1). */
function uncachedResponse(body: Readonly<Record<string, unknown>>): HttpResponse {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    pragma: "no-cache",
  };
  return { status: 200, headers, body: JSON.stringify(body) };
}

/** Renders an error with the codes of RFC 6749, section 5.2. */
export function renderOauthError(error: unknown, request: Pick<HttpRequest, "requestId">): HttpResponse {
  return renderErrorWith(error, request, translateOauthCode);
}

function translateOauthCode(code: ErrorCode, field: string | undefined): TranslatedError {
  if (code === "unauthenticated") return { status: 401, error: "invalid_client" };
  // A code of the RFC: clients do not know the dialect's `forbidden` here.
  if (code === "org_suspended") return { status: 400, error: "unauthorized_client" };
  if (code === "invalid_value" && field === "grant_type") return { status: 400, error: "unsupported_grant_type" };
  return translateCode(code);
}

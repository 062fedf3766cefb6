import { assertUserAgent, fakturoidRateLimitPolicy } from "#shared/api/fakturoid/credentials.ts";
import { renderErrorWith, type TranslatedError, translateCode } from "#shared/api/fakturoid/errors.ts";
import { unknownResource } from "#shared/api/fakturoid/routes.ts";
import {
  type AuthContext,
  authenticateRequest,
  authenticateWithoutCounting,
} from "#shared/api/http/authenticate-request.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { accessTokenScopes } from "#shared/auth/access-token.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { clientScope, type Token } from "#shared/auth/caller.ts";
import {
  type AccessGrantStore,
  getReusableAccessToken,
  type IssuedToken,
  issueAccessToken,
} from "#shared/auth/client-tokens.ts";
import { isWellFormedToken, parseTokenId, toTokenRef } from "#shared/auth/token.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
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
  /** Why it is given no new access token; `null` where it may have one. */
  readonly excess: ActivityError | null;
};

/** Issues and revokes access tokens by OAuth 2 client credentials (RFC 6749, section 4.4, and RFC 7009). */
export function createOauthHandler({ tokens, issued, now, random }: OauthPorts) {
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    assertUserAgent(request);
    const [, operation] = /^\/api\/v3\/oauth\/(token|revoke)(?:\.json)?$/.exec(request.path) ?? [];
    if (operation === undefined) throw unknownResource();
    if (request.method !== "POST") {
      throw new ActivityError("method_not_allowed", "Tokens are asked for by POST.", { allow: "POST" });
    }
    context.auditFields.route = operation;
    const client = await identifyClient(request, context, operation === "revoke" ? uncounted : counted);
    const body = request.body();
    const fields = isJsonObject(body) ? body : {};
    if (operation === "revoke") return revoke(client.token, fields.token, context);
    return issue(client, fields, context);
  };

  async function issue(client: Client, fields: JsonObject, { auditFields }: RequestContext): Promise<HttpResponse> {
    const { grant_type: grant, scope: requestedScope } = fields;
    // RFC 6749, section 3.2: a parameter without a value was not sent.
    if (grant === undefined || grant === "") throw missing("grant_type");
    if (grant !== "client_credentials") {
      const message = "The only grant here is client_credentials.";
      throw new ActivityError("invalid_value", message, { field: "grant_type" });
    }
    const { accessToken, expiresInSeconds } = await accessTokenFor(client).catch(asUnknownClient);
    auditFields.issued_token_id = parseTokenId(accessToken);
    const token = { access_token: accessToken, token_type: "Bearer", expires_in: expiresInSeconds };
    return answer({ ...token, ...scopeFields(requestedScope) });
  }

  /** A client over its limit is told the token that it has, so that it can revoke it, and is given no new one. */
  async function accessTokenFor({ token, secret, excess }: Client): Promise<IssuedToken> {
    if (excess === null) return issueAccessToken({ grants: issued, now, random }, token, secret);
    const held = await getReusableAccessToken({ grants: issued, now }, token, secret);
    if (held === null) throw excess;
    return held;
  }

  /** What is unknown, or another client's, is nothing to revoke: RFC 7009, section 2.2, wants 200 for it too. */
  async function revoke(client: Token, token: unknown, { auditFields }: RequestContext): Promise<HttpResponse> {
    if (typeof token !== "string" || token === "") throw missing("token");
    if (isWellFormedToken(token)) {
      auditFields.revoked_token_id = parseTokenId(token);
      const { isAccessToken, holder, hash } = toTokenRef(token);
      if (isAccessToken && holder === client.token_id) await end(client, hash);
    }
    return answer({});
  }

  /** Writes only where there is a token to revoke: no rate limits how often a client asks. */
  async function end({ token_id }: Token, hash: string): Promise<void> {
    const grants = await issued.get(token_id);
    if (grants !== null && Object.hasOwn(grants, hash)) await issued.revoke(token_id, hash);
  }

  /** The client that a request names by HTTP Basic, in either alphabet of Base 64. */
  async function identifyClient(request: HttpRequest, context: RequestContext, find: typeof counted): Promise<Client> {
    const [, encoded = ""] = /^Basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(request.headers.authorization ?? "") ?? [];
    const [, id, secret] = /^([^:]+):(.+)$/s.exec(Buffer.from(encoded, "base64").toString()) ?? [];
    if (id === undefined || secret === undefined) throw unknownClient();
    // Only a client learns its rate: the headers of any other token are dropped.
    const own: RequestContext = { responseHeaders: {}, auditFields: context.auditFields };
    const client = await find({
      authenticator,
      secret,
      context: own,
      rateLimitPolicy: fakturoidRateLimitPolicy,
      now,
    }).catch((error: unknown) => {
      if (parseTokenId(secret) === id) Object.assign(context.responseHeaders, own.responseHeaders);
      return asUnknownClient(error);
    });
    const { token } = client;
    if (token.token_id !== id || !token.scopes.includes(clientScope)) throw unknownClient();
    Object.assign(context.responseHeaders, own.responseHeaders);
    context.auditFields.org_id = token.org_ids.join(",");
    return client;
  }
}

async function counted(auth: AuthContext): Promise<Client> {
  try {
    return { token: await authenticateRequest(auth), secret: auth.secret, excess: null };
  } catch (error) {
    if (!(error instanceof ActivityError) || error.code !== "rate_limited") throw error;
    return { ...(await uncounted(auth)), excess: error };
  }
}

/** Access tokens use up the rate of their client, and must not keep it from revoking them. */
async function uncounted(auth: AuthContext): Promise<Client> {
  return { token: await authenticateWithoutCounting(auth), secret: auth.secret, excess: null };
}

function asUnknownClient(error: unknown): never {
  throw error instanceof ActivityError && error.code === "unauthenticated" ? unknownClient() : error;
}

function unknownClient(): ActivityError {
  return new ActivityError("unauthenticated", "The client is unknown, its secret is wrong, or it was revoked.");
}

/** RFC 6749, section 5.1: the scope is returned where it is not the one that was asked for. */
function scopeFields(requested: unknown): { scope?: string } {
  const issuedScope = accessTokenScopes.join(" ");
  return typeof requested !== "string" || requested === "" || requested === issuedScope ? {} : { scope: issuedScope };
}

function missing(field: string): ActivityError {
  return new ActivityError("required_field", `The request has no ${field}.`, { field });
}

/** RFC 6749, section 5.1: what holds a token is for no cache. */
function answer(body: Readonly<Record<string, unknown>>): HttpResponse {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    pragma: "no-cache",
  };
  return { status: 200, headers, body: JSON.stringify(body) };
}

/** An error in the words of RFC 6749, section 5.2. */
export function renderOauthError(error: unknown, request: Pick<HttpRequest, "requestId">): HttpResponse {
  return renderErrorWith(error, request, oauthWords);
}

function oauthWords(code: ErrorCode, field: string | undefined): TranslatedError {
  if (code === "unauthenticated") return { status: 401, error: "invalid_client" };
  // A code of the RFC: clients would not know the dialect's `forbidden` here.
  if (code === "org_suspended") return { status: 400, error: "unauthorized_client" };
  if (code === "invalid_value" && field === "grant_type") return { status: 400, error: "unsupported_grant_type" };
  return translateCode(code);
}

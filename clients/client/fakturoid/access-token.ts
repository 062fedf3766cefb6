import { getBody } from "#clients/client/http/body.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import { send } from "#clients/client/http/send.ts";
import type { Schemas } from "#clients/client/openapi-types.ts";

/** A token is renewed this long before it expires, so that it is still valid when a request arrives. */
const renewalMs = 60_000;

/** Fetches access tokens by client credentials, and keeps the last one until shortly before it expires. */
export type AccessTokens = {
  /** Returns a token. Concurrent calls share one request. Throws `ActivityLogError`. */
  get(signal: AbortSignal | undefined): Promise<string>;
  /** Forgets a token that the API has refused. */
  discard(token: string): void;
};

type Grant = { readonly token: string; readonly renewAt: number };

export function createAccessTokens(
  connection: Connection,
  credentials: { readonly clientId: string; readonly clientSecret: string },
): AccessTokens {
  const authorization = formatBasic(credentials.clientId, credentials.clientSecret);
  let grant: Grant | null = null;
  let pending: Promise<Grant> | null = null;

  const fetchGrant = async (): Promise<Grant> => {
    const requestedAt = connection.now().getTime();
    const response = await send(connection, {
      method: "POST",
      path: "/api/v3/oauth/token",
      headers: { authorization },
      body: { grant_type: "client_credentials" },
      // A token that is issued twice does no harm.
      isRepeatable: true,
    });
    const { access_token, expires_in } = getBody<Schemas["OauthToken"]>(response, "access_token", "expires_in");
    grant = { token: access_token, renewAt: requestedAt + expires_in * 1_000 - renewalMs };
    return grant;
  };

  return {
    async get(signal) {
      signal?.throwIfAborted();
      if (grant !== null && connection.now().getTime() < grant.renewAt) return grant.token;
      // Without the signal of one caller: others wait for the same token.
      pending ??= fetchGrant().finally(() => {
        pending = null;
      });
      return (await untilAborted(pending, signal)).token;
    },
    discard(token) {
      if (grant?.token === token) grant = null;
    },
  };
}

/** RFC 7617, with UTF-8. */
function formatBasic(id: string, secret: string): string {
  const bytes = new TextEncoder().encode(`${id}:${secret}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** Resolves as the promise does, or rejects with the reason of the signal if it is aborted first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

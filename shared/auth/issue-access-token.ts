import { ActivityError } from "#shared/errors.ts";
import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";
import { type AccessGrants, addGrant, findReusableGrant } from "./access-grants.ts";
import { accessTokenSeconds } from "./access-token-settings.ts";
import { invalidTokenError } from "./authenticate.ts";
import type { Token } from "./caller.ts";
import { deriveAccessToken, hashToken, saltBytes } from "./token-format.ts";

/** The access tokens that API clients got by OAuth. */
export type AccessGrantStore = {
  /** Returns the grants of a client; `null` if the client does not exist or was revoked. */
  get(clientId: string): Promise<AccessGrants | null>;
  /** Replaces the grants of a client. Returns `false` if they are no longer `known`, or the client was revoked. */
  replace(clientId: string, known: AccessGrants, next: AccessGrants): Promise<boolean>;
  /** Revokes the access token with a hash, if the client has it. */
  revoke(clientId: string, hash: string): Promise<void>;
};

export type TokenIssuerPorts = {
  readonly grants: AccessGrantStore;
  now(): Date;
  random(bytes: number): Uint8Array;
};

export type IssuedToken = { readonly accessToken: string; readonly expiresInSeconds: number };

/** Write conflicts with other requests of the client after which the client must retry. */
const maxAttempts = 5;

/**
 * Returns an access token for a client: the existing one while more than half of its time is left, else a new one, so a
 * client has at most two. Throws `ActivityError` `unauthenticated` if the client has been revoked.
 */
export async function issueAccessToken(
  { grants, now, random }: TokenIssuerPorts,
  client: Token,
  secret: string,
): Promise<IssuedToken> {
  const issued = await retryOnConflict(maxAttempts, async (): Promise<IssuedToken | null> => {
    const known = await grants.get(client.token_id);
    if (known === null) throw invalidTokenError();
    const at = now();
    const reusable = reusableAccessToken(known, secret, at);
    if (reusable !== null) return reusable;
    const salt = Buffer.from(random(saltBytes)).toString("base64url");
    const accessToken = deriveAccessToken(secret, salt);
    const expires_at = new Date(at.getTime() + accessTokenSeconds * 1000).toISOString();
    const grant = { salt, created_at: at.toISOString(), expires_at };
    const next = addGrant(known, hashToken(accessToken), grant, at);
    const isWritten = await grants.replace(client.token_id, known, next);
    return isWritten ? { accessToken, ...expiresIn(expires_at, at) } : null;
  });
  if (issued !== null) return issued;
  throw new ActivityError("unavailable", "Too many concurrent token requests of this client. Retry.", {
    retryAfter: 1,
  });
}

/** Returns the access token of a client if more than half of its time is left, else `null`. Never writes. */
export async function getReusableAccessToken(
  { grants, now }: Pick<TokenIssuerPorts, "grants" | "now">,
  client: Token,
  secret: string,
): Promise<IssuedToken | null> {
  const known = await grants.get(client.token_id);
  if (known === null) throw invalidTokenError();
  return reusableAccessToken(known, secret, now());
}

function reusableAccessToken(known: AccessGrants, secret: string, at: Date): IssuedToken | null {
  const fresh = findReusableGrant(known, at);
  return fresh && { accessToken: deriveAccessToken(secret, fresh.salt), ...expiresIn(fresh.expires_at, at) };
}

function expiresIn(expiresAt: string, at: Date): { expiresInSeconds: number } {
  return { expiresInSeconds: Math.floor((Date.parse(expiresAt) - at.getTime()) / 1000) };
}

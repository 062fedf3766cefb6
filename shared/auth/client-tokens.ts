import { ActivityError } from "#shared/errors.ts";
import { type AccessGrants, addGrant, findReusableGrant } from "./access-grants.ts";
import { accessTokenSeconds } from "./access-token.ts";
import { invalidTokenError } from "./authenticate.ts";
import type { Token } from "./caller.ts";
import { deriveAccessToken, hashToken, saltBytes } from "./token.ts";

/** The access tokens that API clients are given by OAuth. */
export type AccessGrantStore = {
  /** What a client has been given, as of now; `null` where there is no such client or it was revoked. */
  get(clientId: string): Promise<AccessGrants | null>;
  /** Replaces what a client has been given; `false` where it is not `known` any more, or the client was revoked. */
  replace(clientId: string, known: AccessGrants, next: AccessGrants): Promise<boolean>;
  /** Revokes the access token with a hash; does nothing where the client has no such token. */
  revoke(clientId: string, hash: string): Promise<void>;
};

export type TokenIssuerPorts = {
  readonly grants: AccessGrantStore;
  now(): Date;
  random(bytes: number): Uint8Array;
};

export type IssuedToken = { readonly accessToken: string; readonly expiresInSeconds: number };

/** Writes that lost against another request of the same client, after which the client is asked to come again. */
const maxTries = 5;

/**
 * Gives a client an access token: the one that it has while more than half of its time is left, else a new one. So a
 * client has two at a time at most, however often it asks. Throws `ActivityError` `unauthenticated` where the client
 * was revoked meanwhile.
 */
export async function issueAccessToken(
  { grants, now, random }: TokenIssuerPorts,
  client: Token,
  secret: string,
): Promise<IssuedToken> {
  for (let tries = 0; tries < maxTries; tries++) {
    const known = await grants.get(client.token_id);
    if (known === null) throw invalidTokenError();
    const at = now();
    const held = heldAccessToken(known, secret, at);
    if (held !== null) return held;
    const salt = Buffer.from(random(saltBytes)).toString("base64url");
    const accessToken = deriveAccessToken(secret, salt);
    const expires_at = new Date(at.getTime() + accessTokenSeconds * 1000).toISOString();
    const grant = { salt, created_at: at.toISOString(), expires_at };
    const next = addGrant(known, hashToken(accessToken), grant, at);
    if (await grants.replace(client.token_id, known, next)) return { accessToken, ...lasting(expires_at, at) };
  }
  throw new ActivityError("unavailable", "Other requests of the client were first.", { retryAfter: 1 });
}

/**
 * The access token that a client has while more than half of its time is left; `null` where it has none. Only reads.
 */
export async function getReusableAccessToken(
  { grants, now }: Pick<TokenIssuerPorts, "grants" | "now">,
  client: Token,
  secret: string,
): Promise<IssuedToken | null> {
  const known = await grants.get(client.token_id);
  if (known === null) throw invalidTokenError();
  return heldAccessToken(known, secret, now());
}

function heldAccessToken(known: AccessGrants, secret: string, at: Date): IssuedToken | null {
  const fresh = findReusableGrant(known, at);
  return fresh && { accessToken: deriveAccessToken(secret, fresh.salt), ...lasting(fresh.expires_at, at) };
}

function lasting(expiresAt: string, at: Date): { expiresInSeconds: number } {
  return { expiresInSeconds: Math.floor((Date.parse(expiresAt) - at.getTime()) / 1000) };
}

import { accessTokenSeconds } from "./access-token-settings.ts";

/** One access token of a client, as stored with the client. The token itself is never stored. */
export type AccessGrant = {
  /** Input from which the token can be derived again with the client's secret. */
  readonly salt: string;
  readonly created_at: string;
  readonly expires_at: string;
};

/** The access tokens of a client, by hash. */
export type AccessGrants = Readonly<Record<string, AccessGrant>>;

/** Returns a grant with more than half of its time left, whose token is returned again; `null` if no grant has. */
export function findReusableGrant(grants: AccessGrants, now: Date): AccessGrant | null {
  const freshUntil = new Date(now.getTime() + (accessTokenSeconds * 1000) / 2).toISOString();
  return Object.values(grants).find(({ expires_at }) => expires_at > freshUntil) ?? null;
}

/** Returns the grants of a client with one more and without the expired ones. */
export function addGrant(grants: AccessGrants, hash: string, grant: AccessGrant, now: Date): AccessGrants {
  const valid = Object.entries(grants).filter(([, { expires_at }]) => expires_at > now.toISOString());
  return Object.fromEntries([...valid, [hash, grant]]);
}

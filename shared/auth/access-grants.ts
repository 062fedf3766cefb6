import { accessTokenSeconds } from "./access-token.ts";

/** One access token of a client, as it is stored with the client. The token itself is stored nowhere. */
export type AccessGrant = {
  /** What the token can be written from again, together with the client's secret. */
  readonly salt: string;
  readonly created_at: string;
  readonly expires_at: string;
};

/** The access tokens of a client, by their hashes. */
export type AccessGrants = Readonly<Record<string, AccessGrant>>;

/**
 * The grant of which more than half the time is left, which a client is given again; `null` where no grant has that
 * much.
 */
export function findReusableGrant(grants: AccessGrants, now: Date): AccessGrant | null {
  const freshUntil = new Date(now.getTime() + (accessTokenSeconds * 1000) / 2).toISOString();
  return Object.values(grants).find(({ expires_at }) => expires_at > freshUntil) ?? null;
}

/** The grants of a client with one more, without those whose time is over. */
export function addGrant(grants: AccessGrants, hash: string, grant: AccessGrant, now: Date): AccessGrants {
  const live = Object.entries(grants).filter(([, { expires_at }]) => expires_at > now.toISOString());
  return Object.fromEntries([...live, [hash, grant]]);
}

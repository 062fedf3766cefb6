import { ActivityError } from "#shared/errors.ts";
import type { Caller, Token } from "./caller.ts";

/** Tokens of an organisation in the order of their ids. `next` is the id after which the next page begins. */
export type TokenPage = { readonly tokens: readonly Token[]; readonly next: string | null };

/** The tokens that give access to an organisation, as the organisation itself manages them. */
export type OrgTokenStore = {
  /** Returns all tokens that were issued for the organisation, revoked ones too. */
  list(orgId: string, page: { readonly limit: number; readonly after: string | null }): Promise<TokenPage>;
  get(tokenId: string): Promise<Token | null>;
  /**
   * Revokes the access of a token to an organisation, and the token itself if `isLast`. Returns the token; `null` if it
   * does not exist.
   */
  revoke(
    tokenId: string,
    org: { readonly orgId: string; readonly at: string; readonly isLast: boolean },
  ): Promise<Token | null>;
};

/** A token as an organisation sees it: without its secret and without what belongs to others. */
export type OrgToken = Omit<Token, "hash" | "client_id" | "revoked_orgs">;

export const tokenIdPattern = /^tok_[0-9a-f]{32}$/;

/**
 * Revokes the access of a token to the caller's organisation. If it has no other organisation, the token is revoked.
 * Returns the token with the time of its first revocation. Throws `ActivityError` `not_found` for an unknown token and,
 * with the same message, for one of other organisations.
 */
export async function revokeOrgToken(
  store: OrgTokenStore,
  { org_id }: Caller,
  tokenId: string,
  now: Date,
): Promise<Token> {
  const found = tokenIdPattern.test(tokenId) ? await store.get(tokenId) : null;
  if (found === null || !found.org_ids.includes(org_id)) throw tokenNotFoundError();
  if (found.revoked_at !== null) return found;
  const at = now.toISOString();
  const revoke = async (isLast: boolean) => {
    const revoked = await store.revoke(tokenId, { orgId: org_id, at, isLast });
    if (revoked === null) throw tokenNotFoundError();
    return revoked;
  };
  const isLast = isRevokedByAll({ ...found, revoked_orgs: { ...found.revoked_orgs, [org_id]: at } });
  const revoked = found.revoked_orgs[org_id] === undefined || isLast ? await revoke(isLast) : found;
  // The last two organisations can revoke it concurrently: neither saw the other.
  return revoked.revoked_at === null && isRevokedByAll(revoked) ? revoke(true) : revoked;
}

function isRevokedByAll({ org_ids, revoked_orgs }: Token): boolean {
  return org_ids.every((orgId) => revoked_orgs[orgId] !== undefined);
}

/**
 * Returns what a caller may know of a token of its organisation. Of the organisations of the token, it may know those
 * that its own token gives access to; the last use could have been in another one.
 */
export function toOrgToken({ hash: _, client_id: __, revoked_orgs, ...token }: Token, caller: Caller): OrgToken {
  const known = new Set(caller.token.org_ids);
  const isWhollyKnown = token.org_ids.every((orgId) => known.has(orgId));
  return {
    ...token,
    org_ids: token.org_ids.filter(
      (orgId) => orgId === caller.org_id || (known.has(orgId) && revoked_orgs[orgId] === undefined),
    ),
    revoked_at: revoked_orgs[caller.org_id] ?? token.revoked_at,
    last_used_at: isWhollyKnown ? token.last_used_at : null,
  };
}

function tokenNotFoundError(): ActivityError {
  return new ActivityError("not_found", "The organisation has no token with this id.");
}

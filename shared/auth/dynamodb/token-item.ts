import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { AccessGrant, AccessGrants } from "#shared/auth/access-grants.ts";
import { accessTokenScopes } from "#shared/auth/access-token-settings.ts";
import type { Token } from "#shared/auth/caller.ts";
import { type TokenRef, toTokenId } from "#shared/auth/token-format.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";

/**
 * Returns a new token as an item of the config table, without attributes for `null`. Revocations and the last use are
 * not part of it: they are attributes of their own writes.
 */
export function toTokenItem({ last_used_at: _, revoked_orgs: __, ...token }: Token): AttributeMap {
  const fields = Object.entries(token).filter(([, value]) => value !== null);
  return marshall({ ...tokenKey(token.token_id), ...Object.fromEntries(fields) });
}

/** Returns the element of the set `revoked_orgs` with the time when an organisation revoked a token. */
export function toOrgRevocation(orgId: string, at: string): string {
  return `${at}#${orgId}`;
}

/** Parses a token. Throws an error with the item's key if the item is damaged. */
export function fromTokenItem(item: AttributeMap): Token {
  const invalid = (field: string) => new Error(`Item ${item.pk?.S} has no valid ${field}.`);
  const text = (field: string): string => {
    const value = item[field]?.S;
    if (value === undefined) throw invalid(field);
    return value;
  };
  const optional = (field: string): string | null => (item[field] === undefined ? null : text(field));
  const texts = (field: string): string[] => {
    const values = item[field]?.L?.map(({ S }) => S);
    if (values === undefined || !values.every((value) => value !== undefined)) throw invalid(field);
    return values;
  };
  return {
    token_id: text("token_id"),
    hash: text("hash"),
    org_ids: texts("org_ids"),
    scopes: texts("scopes"),
    user_id: optional("user_id"),
    client_id: optional("client_id"),
    created_at: text("created_at"),
    expires_at: optional("expires_at"),
    revoked_at: optional("revoked_at"),
    revoked_orgs: parseOrgRevocations(item),
    last_used_at: optional("rate_window"),
  };
}

/** Parses when organisations revoked a token. Concurrent revocations add several times, of which the first counts. */
function parseOrgRevocations({ pk, revoked_orgs }: AttributeMap): Record<string, string> {
  if (revoked_orgs === undefined) return {};
  if (revoked_orgs.SS === undefined) throw new Error(`Item ${pk?.S} has no valid revoked_orgs.`);
  const latestFirst = revoked_orgs.SS.toSorted().reverse();
  return Object.fromEntries(
    latestFirst.map((text) => {
      const end = text.indexOf("#");
      return [text.slice(end + 1), text.slice(0, end)];
    }),
  );
}

/**
 * Parses the token of a reference from the item of its holder; `null` if the holder has no such access token. An access
 * token has the permissions that its client was created with, and is revoked with it.
 */
export function parseToken(item: AttributeMap, { hash, isAccessToken }: TokenRef): Token | null {
  const holder = fromTokenItem(item);
  if (!isAccessToken) return holder;
  const grants = parseGrants(item);
  const grant = Object.hasOwn(grants, hash) ? grants[hash] : undefined;
  if (grant === undefined) return null;
  const { created_at, expires_at } = grant;
  const own = { token_id: toTokenId(hash), hash, client_id: holder.token_id, created_at, expires_at };
  return { ...holder, ...own, scopes: accessTokenScopes };
}

/** Parses the access tokens of a client's item. Throws an error with the item's key if they are damaged. */
export function parseGrants({ pk, access = { M: {} } }: AttributeMap): AccessGrants {
  const invalid = () => new Error(`Item ${pk?.S} has no valid access.`);
  if (access.M === undefined) throw invalid();
  const grants: [string, AccessGrant][] = Object.entries(access.M).map(([hash, { M: grant }]) => {
    const salt = grant?.salt?.S;
    const created_at = grant?.created_at?.S;
    const expires_at = grant?.expires_at?.S;
    if (salt === undefined || created_at === undefined || expires_at === undefined) throw invalid();
    return [hash, { salt, created_at, expires_at }];
  });
  return Object.fromEntries(grants);
}

/** Returns access tokens as the attribute that `parseGrants` parses. */
export function toGrantsAttribute(grants: AccessGrants): AttributeValue {
  return {
    M: Object.fromEntries(Object.entries(grants).map(([hash, grant]) => [hash, { M: toStringAttributes(grant) }])),
  };
}

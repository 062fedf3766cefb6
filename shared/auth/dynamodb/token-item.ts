import type { AccessGrant, AccessGrants } from "#shared/auth/access-grants.ts";
import { accessTokenScopes } from "#shared/auth/access-token.ts";
import type { Token } from "#shared/auth/caller.ts";
import { type TokenRef, toTokenId } from "#shared/auth/token.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";

/** A token as an item of the config table. `last_used_at` is not written here: it is the window of its last use. */
export function toTokenItem({ last_used_at: _, ...token }: Token): Record<string, unknown> {
  const item: Record<string, unknown> = { ...tokenKey(token.token_id) };
  for (const [field, value] of Object.entries(token)) if (value !== null) item[field] = value;
  return item;
}

/** The token of an item. Throws, naming the item's key, where the item is damaged. */
export function fromTokenItem(item: Record<string, unknown>): Token {
  const fault = (field: string) => new Error(`Item ${String(item.pk)} has no valid ${field}.`);
  const text = (field: string): string => {
    const value = item[field];
    if (typeof value !== "string") throw fault(field);
    return value;
  };
  const optional = (field: string): string | null => (item[field] === undefined ? null : text(field));
  const texts = (field: string): string[] => {
    const value = item[field];
    if (!Array.isArray(value)) throw fault(field);
    return value.map(String);
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
    last_used_at: optional("rate_window"),
  };
}

/**
 * The token that a reference means, from the item of its holder; `null` where the holder has no such access token. An
 * access token may what its client was created for, and is revoked with it.
 */
export function parseToken(item: Record<string, unknown>, { hash, isAccessToken }: TokenRef): Token | null {
  const holder = fromTokenItem(item);
  if (!isAccessToken) return holder;
  const grants = parseGrants(item);
  const grant = Object.hasOwn(grants, hash) ? grants[hash] : undefined;
  if (grant === undefined) return null;
  const { created_at, expires_at } = grant;
  const own = { token_id: toTokenId(hash), hash, client_id: holder.token_id, created_at, expires_at };
  return { ...holder, ...own, scopes: accessTokenScopes };
}

/** The access tokens of a client's item. Throws, naming the item's key, where they are damaged. */
export function parseGrants({ pk, access = {} }: Record<string, unknown>): AccessGrants {
  const fault = () => new Error(`Item ${String(pk)} has no valid access.`);
  if (!isRecord(access)) throw fault();
  const grants: [string, AccessGrant][] = Object.entries(access).map(([hash, grant]) => {
    if (!isRecord(grant)) throw fault();
    const { salt, created_at, expires_at } = grant;
    if (typeof salt !== "string" || typeof created_at !== "string" || typeof expires_at !== "string") throw fault();
    return [hash, { salt, created_at, expires_at }];
  });
  return Object.fromEntries(grants);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

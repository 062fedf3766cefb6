import type { Token } from "../access/caller.ts";
import { tokenKey } from "./keys.ts";

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

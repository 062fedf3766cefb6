import type { Token } from "#shared/auth/caller.ts";
import type { OrgTokenStore } from "#shared/auth/org-tokens.ts";

/** Keeps the tokens of organisations in memory, as the store in the config table does. */
export function memoryOrgTokens(stored: readonly Token[]): OrgTokenStore {
  const tokens = new Map(stored.map((token) => [token.token_id, token]));
  return {
    async list(orgId, { limit, after }) {
      const all = [...tokens.values()]
        .filter(({ org_ids, token_id }) => org_ids.includes(orgId) && token_id > (after ?? ""))
        .sort((left, right) => (left.token_id < right.token_id ? -1 : 1));
      const shown = all.slice(0, limit);
      return { tokens: shown, next: all.length > limit ? (shown.at(-1)?.token_id ?? null) : null };
    },
    get: async (tokenId) => tokens.get(tokenId) ?? null,
    async revoke(tokenId, { orgId, at, isLast }) {
      const token = tokens.get(tokenId);
      if (token === undefined) return null;
      const revoked_orgs = { ...token.revoked_orgs, [orgId]: token.revoked_orgs[orgId] ?? at };
      const revoked = { ...token, revoked_orgs, revoked_at: token.revoked_at ?? (isLast ? at : null) };
      tokens.set(tokenId, revoked);
      return revoked;
    },
  };
}

import { vi } from "vitest";
import type { TokenUses } from "#shared/auth/authenticate.ts";
import type { ActiveToken, Token } from "#shared/auth/caller.ts";
import type { TokenRef } from "#shared/auth/token.ts";

/**
 * Tokens in memory, and what was asked of them. Every request is the one that makes `used`; charges are added to it.
 * `suspended` are the ids of organisations.
 */
export function tokenPorts(find: (ref: TokenRef) => Token | null, used = 1, suspended: readonly string[] = []) {
  return {
    look: vi.fn<TokenUses["look"]>(async (ref) => {
      const token = find(ref);
      return token === null ? null : { token: inUse(token, suspended), used: used - 1 };
    }),
    use: vi.fn<TokenUses["use"]>(async (ref) => {
      const token = find(ref);
      return token === null ? null : { token: inUse(token, suspended), used };
    }),
    lease: vi.fn<TokenUses["lease"]>(async (_holder, _now, until) => ({ slot: 1, until: until.getTime() })),
    charge: vi.fn<TokenUses["charge"]>(async (_holder, _window, { requests }) => used + requests),
  };
}

function inUse(token: Token, suspended: readonly string[]): ActiveToken {
  const isSuspended = (orgId: string) => suspended.includes(orgId);
  return {
    ...token,
    org_ids: token.org_ids.filter((orgId) => !isSuspended(orgId)),
    suspended_org_ids: token.org_ids.filter(isSuspended),
  };
}

import { vi } from "vitest";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { ActiveToken, Token } from "#shared/auth/caller.ts";
import type { TokenRef } from "#shared/auth/token-format.ts";

/**
 * Creates a store of tokens in memory. Each request counts as number `used`; charges are added to it. `suspended` are
 * ids of organisations.
 */
export function tokenPorts(find: (ref: TokenRef) => Token | null, used = 1, suspended: readonly string[] = []) {
  return {
    get: vi.fn<TokenUsageStore["get"]>(async (ref) => {
      const token = find(ref);
      return token === null ? null : { token: inUse(token, suspended), used: used - 1 };
    }),
    count: vi.fn<TokenUsageStore["count"]>(async (ref) => {
      const token = find(ref);
      return token === null ? null : { token: inUse(token, suspended), used };
    }),
    acquireLease: vi.fn<TokenUsageStore["acquireLease"]>(async (_holder, _now, until) => ({
      slot: 1,
      until: until.getTime(),
    })),
    charge: vi.fn<TokenUsageStore["charge"]>(async (_holder, _window, { requests }) => used + requests),
  };
}

function inUse(token: Token, suspended: readonly string[]): ActiveToken {
  const isSuspended = (orgId: string) => suspended.includes(orgId);
  const remaining = token.org_ids.filter((orgId) => token.revoked_orgs[orgId] === undefined);
  return {
    ...token,
    org_ids: remaining.filter((orgId) => !isSuspended(orgId)),
    suspended_org_ids: remaining.filter(isSuspended),
  };
}

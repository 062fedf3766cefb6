import { vi } from "vitest";
import type { TokenUses } from "../../shared/access/authenticate.ts";
import type { Token } from "../../shared/access/caller.ts";
import type { TokenRef } from "../../shared/access/token.ts";

/** Tokens in memory, and what was asked of them. Every request is the one that makes `used`; charges are added to it. */
export function tokenPorts(find: (ref: TokenRef) => Token | null, used = 1) {
  return {
    look: vi.fn<TokenUses["look"]>(async (ref) => {
      const token = find(ref);
      return token === null ? null : { token, used: used - 1 };
    }),
    use: vi.fn<TokenUses["use"]>(async (ref) => {
      const token = find(ref);
      return token === null ? null : { token, used };
    }),
    lease: vi.fn<TokenUses["lease"]>(async (_holder, _now, until) => ({ slot: 1, until: until.getTime() })),
    charge: vi.fn<TokenUses["charge"]>(async (_holder, _window, { requests }) => used + requests),
  };
}

import { describe, expect, it, vi } from "vitest";
import { authenticate, type TokenUses } from "../../../shared/access/authenticate.ts";
import type { Token } from "../../../shared/access/caller.ts";
import { aSecret, aToken, testNow } from "../../support/builders.ts";
import { refusalOf } from "../../support/refusal.ts";

const knowing = (token: Token | null, used = 1) => ({
  use: vi.fn<TokenUses["use"]>(async () => (token === null ? null : { token, used })),
});

describe("a token", () => {
  it("that is good is found by its hash, and its use is counted in the minute", async () => {
    const uses = knowing(aToken(), 5);
    expect(await authenticate(uses, aSecret(), testNow)).toEqual({ token: aToken(), used: 5 });
    expect(uses.use.mock.calls).toEqual([[aToken().token_id, new Date("2026-06-01T12:00:00.000Z")]]);
  });

  it("with an end is good until that very moment", async () => {
    const expires_at = "2026-06-01T12:00:30.001Z";
    expect((await authenticate(knowing(aToken({ expires_at })), aSecret(), testNow)).token.expires_at).toBe(expires_at);
  });

  it("is refused in the same words whether malformed, unknown, expired, revoked or another's", async () => {
    const cases: readonly [string, Token | null][] = [
      ["junk", null],
      [aSecret(), null],
      [aSecret(), aToken({ expires_at: testNow.toISOString() })],
      [aSecret(), aToken({ expires_at: "2020-01-01T00:00:00.000Z" })],
      [aSecret(), aToken({ revoked_at: "2026-05-01T00:00:00.000Z" })],
      [aSecret(), aToken({}, aSecret(8))],
    ];
    const refusals = await Promise.all(
      cases.map(([secret, token]) => refusalOf(authenticate(knowing(token), secret, testNow))),
    );
    const [first] = refusals;
    expect(first?.code).toBe("unauthenticated");
    for (const { code, message, facts } of refusals) {
      expect({ code, message, facts }).toEqual({ code: first?.code, message: first?.message, facts: {} });
    }
  });

  it.each(["", "junk", "aibooks_pat_3p9q0v1w2x3y4z5a6b7c8d9e", `${aSecret()}x`, aSecret().toUpperCase()])(
    "that is malformed, as %j, costs no call",
    async (secret) => {
      const uses = knowing(aToken());
      expect((await refusalOf(authenticate(uses, secret, testNow))).code).toBe("unauthenticated");
      expect(uses.use).not.toHaveBeenCalled();
    },
  );

  it("is never part of the refusal", async () => {
    const error = await refusalOf(authenticate(knowing(null), aSecret(), testNow));
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain(aSecret().slice(12));
  });
});

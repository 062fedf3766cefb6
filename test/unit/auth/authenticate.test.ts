import { describe, expect, it } from "vitest";
import type { Token } from "#shared/auth/caller.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { anActiveToken, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";

const knowing = (token: Token | null, used = 1) => tokenPorts(() => token, used);
const enter = (ports: ReturnType<typeof knowing>, secret: string) =>
  new TokenAuthenticator(ports).authenticate(secret, testNow, 600);

describe("TokenAuthenticator.authenticate", () => {
  it("returns a valid token by its hash and counts the request in the minute", async () => {
    const ports = knowing(aToken(), 5);
    expect(await enter(ports, aSecret())).toEqual({ token: anActiveToken(), used: 5 });
    const { token_id: holder, hash } = aToken();
    const ref = { holder, hash, isAccessToken: false };
    expect(ports.get.mock.calls).toEqual([[ref, { start: new Date("2026-06-01T12:00:00.000Z"), limit: 600 }]]);
    expect(ports.count.mock.calls).toEqual([[ref, { start: new Date("2026-06-01T12:00:00.000Z"), limit: 600 }]]);
  });

  it("accepts a token until the moment when it expires", async () => {
    const expires_at = "2026-06-01T12:00:30.001Z";
    expect((await enter(knowing(aToken({ expires_at })), aSecret())).token.expires_at).toBe(expires_at);
  });

  const bad: readonly [string, Token | null][] = [
    ["junk", null],
    [aSecret(), null],
    [aSecret(), aToken({ expires_at: testNow.toISOString() })],
    [aSecret(), aToken({ expires_at: "2020-01-01T00:00:00.000Z" })],
    [aSecret(), aToken({ revoked_at: "2026-05-01T00:00:00.000Z" })],
    [aSecret(), aToken({ org_ids: [] })],
    [aSecret(), aToken({}, aSecret(8))],
  ];

  it("throws the same error for a malformed, unknown, expired, revoked or other token", async () => {
    const refusals = await Promise.all(bad.map(([secret, token]) => catchRejection(enter(knowing(token), secret))));
    const [first] = refusals;
    expect(first?.code).toBe("unauthenticated");
    for (const { code, message, context } of refusals) {
      expect({ code, message, context }).toEqual({ code: first?.code, message: first?.message, context: {} });
    }
  });

  it("never writes for an invalid token", async () => {
    for (const [secret, token] of bad) {
      const ports = knowing(token);
      const gate = new TokenAuthenticator(ports);
      for (let n = 0; n < 3; n++) await catchRejection(gate.authenticate(secret, testNow, 600));
      expect(ports.count).not.toHaveBeenCalled();
    }
  });

  it.each(["", "junk", "aibooks_pat_3p9q0v1w2x3y4z5a6b7c8d9e", `${aSecret()}x`, aSecret().toUpperCase()])(
    "makes no call for the malformed token %j",
    async (secret) => {
      const ports = knowing(aToken());
      expect((await catchRejection(enter(ports, secret))).code).toBe("unauthenticated");
      expect(ports.get).not.toHaveBeenCalled();
      expect(ports.count).not.toHaveBeenCalled();
    },
  );

  it("never puts the token into the error", async () => {
    const error = await catchRejection(enter(knowing(null), aSecret()));
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain(aSecret().slice(12));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  deriveAccessToken,
  formatToken,
  hashToken,
  isWellFormedToken,
  secretPrefixes,
  toTokenId,
  toTokenRef,
} from "#shared/auth/token-format.ts";
import { aSecretOf } from "#test/support/api/fakturoid-dialect.ts";
import { aSecret } from "#test/support/builders.ts";

const client = aSecretOf("client");
const salts = fc.string({ minLength: 1, maxLength: 40 });
const digits = "0123456789abcdef";

describe("deriveAccessToken and isWellFormedToken", () => {
  it("derive 80 lower-case hexadecimal digits that are unique for the secret and salt", () => {
    fc.assert(
      fc.property(salts, salts, (salt, other) => {
        const token = deriveAccessToken(client, salt);
        expect(token).toMatch(/^[0-9a-f]{80}$/);
        expect(deriveAccessToken(client, salt)).toBe(token);
        expect(deriveAccessToken(client, other) === token).toBe(salt === other);
        expect(deriveAccessToken(aSecretOf("client", 2), salt).slice(32, 72)).not.toBe(token.slice(32, 72));
      }),
    );
  });

  it("derive a token that identifies its client's item and reveals nothing else of the secret", () => {
    const token = deriveAccessToken(client, "salt");
    const hash = hashToken(client);
    expect(toTokenRef(token)).toEqual({ holder: toTokenId(hash), hash: hashToken(token), isAccessToken: true });
    expect(token).not.toContain(hash.slice(32));
  });

  it("derive a token that toTokenRef distinguishes from other tokens", () => {
    for (const secret of [client, aSecret(), aSecretOf("key")]) {
      const hash = hashToken(secret);
      expect(toTokenRef(secret)).toEqual({ holder: toTokenId(hash), hash, isAccessToken: false });
    }
  });

  it("accept a derived token, and no change of a single digit", () => {
    fc.assert(
      fc.property(salts, (salt) => {
        const token = deriveAccessToken(client, salt);
        expect(isWellFormedToken(token)).toBe(true);
        for (let at = 0; at < token.length; at++) {
          for (const digit of digits) {
            if (digit === token.charAt(at)) continue;
            expect(isWellFormedToken(`${token.slice(0, at)}${digit}${token.slice(at + 1)}`)).toBe(false);
          }
        }
      }),
      { numRuns: 5 },
    );
  });

  it("reject a token with missing, added, swapped or other characters", () => {
    const token = deriveAccessToken(client, "salt");
    for (let at = 0; at < token.length; at++) {
      expect(isWellFormedToken(token.slice(0, at) + token.slice(at + 1))).toBe(false);
      expect(isWellFormedToken(`${token.slice(0, at)}0${token.slice(at)}`)).toBe(false);
      const swapped = token.slice(0, at) + token.charAt(at + 1) + token.charAt(at) + token.slice(at + 2);
      expect(isWellFormedToken(swapped)).toBe(swapped === token);
    }
    for (const text of [token.toUpperCase(), `${token}\n`, ` ${token}`, `0x${token}`, token.replace(/^./, "٣")]) {
      expect(isWellFormedToken(text)).toBe(false);
    }
  });

  it("reject invented tokens", () => {
    for (const text of ["0".repeat(80), "f".repeat(80), digits.repeat(5)]) expect(isWellFormedToken(text)).toBe(false);
  });
});

describe("formatToken", () => {
  it.each([
    ["token", "aibooks_pat_"],
    ["key", "simplybooks_key_"],
    ["client", "fakturoid_secret_"],
  ] as const)("for a %s begins with %s, and no other prefix is well-formed", (kind, prefix) => {
    const secret = formatToken(new Uint8Array(20).fill(5), kind);
    expect(secret.startsWith(prefix)).toBe(true);
    expect(isWellFormedToken(secret)).toBe(true);
    for (const other of Object.values(secretPrefixes).filter((value) => value !== prefix)) {
      expect(isWellFormedToken(secret.replace(prefix, other))).toBe(false);
    }
  });
});

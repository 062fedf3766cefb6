import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accessTokenBytes,
  isWellFormedToken,
  secretPrefixes,
  writeAccessToken,
  writeToken,
} from "../../../shared/access/token.ts";

const random = fc.uint8Array({ minLength: accessTokenBytes, maxLength: accessTokenBytes });
const digits = "0123456789abcdef";

describe("an access token", () => {
  it("is 80 lower-case hexadecimal digits, at least 160 bits of which are random and show", () => {
    expect(accessTokenBytes * 8).toBeGreaterThanOrEqual(160);
    fc.assert(
      fc.property(random, fc.nat(accessTokenBytes * 8 - 1), (bytes, bit) => {
        const token = writeAccessToken(bytes);
        expect(token).toMatch(/^[0-9a-f]{80}$/);
        const other = Uint8Array.from(bytes);
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(writeAccessToken(other).slice(0, 72)).not.toBe(token.slice(0, 72));
      }),
    );
  });

  it("is well formed, and under no change of a single digit", () => {
    fc.assert(
      fc.property(random, (bytes) => {
        const token = writeAccessToken(bytes);
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

  it("is refused with a digit too few or too many, two swapped, or in other letters", () => {
    const token = writeAccessToken(Uint8Array.from({ length: accessTokenBytes }, (_, at) => at * 7));
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

  it("is nothing that was made up", () => {
    for (const text of ["0".repeat(80), "f".repeat(80), digits.repeat(5)]) expect(isWellFormedToken(text)).toBe(false);
  });

  it("is made of exactly its random bytes", () => {
    expect(() => writeAccessToken(new Uint8Array(accessTokenBytes - 1))).toThrow(RangeError);
    expect(() => writeAccessToken(new Uint8Array(accessTokenBytes + 1))).toThrow(RangeError);
  });
});

describe("other secrets", () => {
  it.each([
    ["token", "aibooks_pat_"],
    ["key", "simplybooks_key_"],
    ["client", "fakturoid_secret_"],
  ] as const)("a %s begins with %s and is well formed, but with no other beginning", (kind, prefix) => {
    const secret = writeToken(new Uint8Array(20).fill(5), kind);
    expect(secret.startsWith(prefix)).toBe(true);
    expect(isWellFormedToken(secret)).toBe(true);
    for (const other of Object.values(secretPrefixes).filter((value) => value !== prefix)) {
      expect(isWellFormedToken(secret.replace(prefix, other))).toBe(false);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatToken,
  hashToken,
  isEqual,
  isWellFormedToken,
  tokenBytes,
  toTokenId,
} from "#shared/auth/token-format.ts";

const random = fc.uint8Array({ minLength: tokenBytes, maxLength: tokenBytes });
const printable = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 });

describe("formatToken and isWellFormedToken", () => {
  it("format at least 160 random bits", () => {
    expect(tokenBytes * 8).toBeGreaterThanOrEqual(160);
    fc.assert(
      fc.property(random, fc.nat(tokenBytes * 8 - 1), (bytes, bit) => {
        const other = Uint8Array.from(bytes);
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(formatToken(bytes).slice(12, 44)).not.toBe(formatToken(other).slice(12, 44));
      }),
    );
  });

  it("format a prefix for secret scanners, without characters that need escaping", () => {
    fc.assert(
      fc.property(random, (bytes) => {
        expect(formatToken(bytes)).toMatch(/^aibooks_pat_[0-9a-hjkmnp-tv-z]{38}$/);
      }),
    );
  });

  it("accept a formatted token, and no change of a single character", () => {
    fc.assert(
      fc.property(random, fc.nat(49), printable, (bytes, at, character) => {
        const token = formatToken(bytes);
        expect(isWellFormedToken(token)).toBe(true);
        const changed = `${token.slice(0, at)}${character}${token.slice(at + 1)}`;
        expect(isWellFormedToken(changed)).toBe(changed === token);
      }),
      { numRuns: 1_000 },
    );
  });

  it("reject a token with missing, added or swapped characters", () => {
    const token = formatToken(Uint8Array.from({ length: 20 }, (_, at) => at * 11));
    for (let at = 0; at < token.length; at++) {
      expect(isWellFormedToken(token.slice(0, at) + token.slice(at + 1))).toBe(false);
      expect(isWellFormedToken(`${token.slice(0, at)}0${token.slice(at)}`)).toBe(false);
      const swapped = token.slice(0, at) + token.charAt(at + 1) + token.charAt(at) + token.slice(at + 2);
      expect(isWellFormedToken(swapped)).toBe(swapped === token);
    }
  });

  it.each(["", "x", "aibooks_pat_", "aibooks_pat_3p9q0v1w2x3y4z5a6b7c8d9e", "x".repeat(300), "🧾".repeat(20)])(
    "reject %j",
    (text) => expect(isWellFormedToken(text)).toBe(false),
  );

  it("throw unless there is the exact number of random bytes", () => {
    expect(() => formatToken(new Uint8Array(19))).toThrow(RangeError);
    expect(() => formatToken(new Uint8Array(21))).toThrow(RangeError);
  });
});

it("hashToken returns the SHA-256, from which toTokenId derives the id", () => {
  expect(hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(toTokenId(hashToken("abc"))).toBe("tok_ba7816bf8f01cfea414140de5dae2223");
});

it("isEqual compares secrets of any length", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
      expect(isEqual(left, left)).toBe(true);
      expect(isEqual(left, right)).toBe(Buffer.from(left).equals(Buffer.from(right)));
    }),
  );
});

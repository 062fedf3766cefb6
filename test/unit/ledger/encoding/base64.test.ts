import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

describe("encodeBase64", () => {
  it("returns what Node returns, and decodeBase64 the bytes again", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64"));
        expect(decodeBase64(text, "It")).toEqual(bytes);
      }),
    );
  });
});

describe("decodeBase64", () => {
  it.each([
    ["a space before", " AAAA"],
    ["a space inside", "AA AA"],
    ["a newline after", "AAAA\n"],
    ["a carriage return after", "AAAA\r"],
    ["no padding", "AAA"],
    ["too little padding", "AA="],
    ["too much padding", "AAAA="],
    ["padding inside", "AA==AAAA"],
    ["unused bits of two bytes that are set", "AAB="],
    ["unused bits of one byte that are set", "AB=="],
    ["letters of the URL alphabet", "AA-_"],
    ["other characters", "AA€A"],
    ["one character", "A"],
  ])("throws for %s", (_, text) => {
    expect(() => decodeBase64(text, "The text")).toThrow(
      new ProofError("malformed", "The text is not canonical Base64."),
    );
  });
});

import { describe, expect, it } from "vitest";
import {
  createVerificationKey,
  formatVerificationKey,
  parseVerificationKey,
} from "#shared/ledger/formats/verification-key.ts";
import { createNoteSigner } from "#test/support/ledger/note-signer.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const example = trustVectors.signed_note.verification_key;

describe("createVerificationKey", () => {
  it("returns the key of the vector", () => {
    const { key } = createNoteSigner(trustVectors.origin, Buffer.from(trustVectors.ed25519_seed, "hex"));
    expect(formatVerificationKey(key)).toBe(trustVectors.verification_key);
  });

  it.each(["", "with space", "with\u00a0space", "with\u2028line", "with+plus", "with\nline", "with\u007f", "\ud800"])(
    "refuses the name %j",
    async (name) => {
      expect(await refusalOf(() => createVerificationKey(name, new Uint8Array(32)))).toBe("malformed");
    },
  );

  it("refuses a key that does not have 32 bytes", async () => {
    expect(await refusalOf(() => createVerificationKey("a", new Uint8Array(31)))).toBe("malformed");
    expect(await refusalOf(() => createVerificationKey("a", new Uint8Array(33)))).toBe("malformed");
  });
});

describe("parseVerificationKey", () => {
  it.each([example, trustVectors.verification_key])("parses %s, whose Base64 may have a plus sign", (text) => {
    expect(formatVerificationKey(parseVerificationKey(text))).toBe(text);
  });

  it.each([
    ["another id", example.replace("530d903a", "530d903b")],
    ["an id in upper case", example.replace("530d903a", "530D903A")],
    ["an id with more digits", example.replace("530d903a", "0530d903a")],
    ["another name", example.replace("foo", "bar")],
    ["no name", example.replace("example.com/foo", "")],
    ["Base64 without its last character", example.slice(0, -1)],
    ["a newline after", `${example}\n`],
    ["two parts", example.replace("+530d903a", "")],
    ["no text", ""],
  ])("refuses %s", async (_, text) => {
    expect(await refusalOf(() => parseVerificationKey(text))).toBe("malformed");
  });

  it.each([2, 4, 5, 255])("refuses a key of type %i as one that it does not support", async (type) => {
    const material = Buffer.of(type, ...new Uint8Array(32)).toString("base64");
    expect(await refusalOf(() => parseVerificationKey(`a+00000000+${material}`))).toBe("unsupported-key");
  });
});

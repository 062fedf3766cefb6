import { describe, expect, it } from "vitest";
import { signNote, verifySignedNote } from "#shared/ledger/formats/note-signing.ts";
import { createVerificationKey, parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { createNoteSigner } from "#test/support/ledger/note-signer.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const one = createNoteSigner("example.com/one", new Uint8Array(32).fill(1));
const two = createNoteSigner("example.com/two", new Uint8Array(32).fill(2));
const lineOf = (note: string) => note.slice(note.indexOf("\u2014"));

describe("signNote", () => {
  it("returns a note that each of its keys verifies", async () => {
    const note = await signNote("text\n", [one, two]);
    expect(await verifySignedNote(note, [one.key])).toEqual({ text: "text\n", signers: [one.key] });
    expect(await verifySignedNote(note, [two.key, one.key])).toEqual({ text: "text\n", signers: [one.key, two.key] });
  });
});

describe("verifySignedNote", () => {
  it("accepts the example of C2SP", async () => {
    const { note, verification_key } = trustVectors.signed_note;
    const key = parseVerificationKey(verification_key);
    expect(await verifySignedNote(note, [key])).toEqual({ text: "This is an example message.\n", signers: [key] });
  });

  it("ignores signatures by other keys, even with a known name or a known id", async () => {
    const note = await signNote("text\n", [one]);
    const sameName = await signNote("text\n", [createNoteSigner("example.com/one", new Uint8Array(32).fill(9))]);
    const sameId = lineOf(note).replace("example.com/one", "example.com/three");
    const others = `${note}${lineOf(sameName)}${sameId}${sameId}`;
    expect(await verifySignedNote(others, [one.key])).toEqual({ text: "text\n", signers: [one.key] });
  });

  it("refuses a note that no known key has signed", async () => {
    const note = await signNote("text\n", [one]);
    expect(await refusalOf(() => verifySignedNote(note, [two.key]))).toBe("unknown-signer");
    expect(await refusalOf(() => verifySignedNote(note, []))).toBe("unknown-signer");
  });

  it("refuses another text, even if another known key has signed it", async () => {
    const forged = (await signNote("text\n", [one])).replace("text", "Text");
    expect(await refusalOf(() => verifySignedNote(forged, [one.key]))).toBe("invalid-signature");
    const both = `${forged}${lineOf(await signNote("Text\n", [two]))}`;
    expect(await refusalOf(() => verifySignedNote(both, [one.key, two.key]))).toBe("invalid-signature");
    expect(await refusalOf(() => verifySignedNote(both, [two.key]))).toBeNull();
  });

  it("refuses two signatures by one key", async () => {
    const note = await signNote("text\n", [one, one]);
    expect(await refusalOf(() => verifySignedNote(note, [one.key]))).toBe("malformed");
  });

  it("refuses a signature that is too short or too long", async () => {
    for (const bytes of [1, 63, 65]) {
      const note = await signNote("text\n", [{ key: one.key, sign: async () => new Uint8Array(bytes) }]);
      expect(await refusalOf(() => verifySignedNote(note, [one.key]))).toBe("invalid-signature");
    }
  });

  it("refuses a signature under a key that is not a point of the curve", async () => {
    const key = createVerificationKey("example.com/one", new Uint8Array(32).fill(0xff));
    const note = await signNote("text\n", [{ key, sign: async () => new Uint8Array(64) }]);
    expect(await refusalOf(() => verifySignedNote(note, [key]))).toBe("invalid-signature");
  });
});

import { describe, expect, it } from "vitest";
import {
  formatCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
} from "#shared/ledger/formats/checkpoint.ts";
import { signNote } from "#shared/ledger/formats/note-signing.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { createNoteSigner } from "#test/support/ledger/note-signer.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const { origin, ed25519_seed, verification_key, checkpoint: vector } = trustVectors;
const signer = createNoteSigner(origin, Buffer.from(ed25519_seed, "hex"));
const checkpoint = { origin, size: vector.size, root: Uint8Array.from(Buffer.from(vector.root, "hex")) };
const text = formatCheckpoint(checkpoint);

describe("signCheckpoint", () => {
  it("returns the note of the vector", async () => {
    expect(await signCheckpoint(checkpoint, [signer])).toBe(`${text}\n${vector.signature}\n`);
  });
});

describe("parseCheckpoint", () => {
  it("returns what formatCheckpoint formatted, and the largest size", () => {
    expect(parseCheckpoint(text)).toEqual(checkpoint);
    expect(parseCheckpoint(text.replace("\n3\n", "\n9007199254740991\n")).size).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseCheckpoint(text.replace("\n3\n", "\n0\n")).size).toBe(0);
  });

  it.each([
    ["no text", ""],
    ["an empty origin", text.replace(origin, "")],
    ["an extension line", `${text}extension\n`],
    ["an empty line after", `${text}\n`],
    ["no newline at the end", text.slice(0, -1)],
    ["carriage returns", text.replaceAll("\n", "\r\n")],
    ["two lines", text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1)],
    ["a size with a leading zero", text.replace("\n3\n", "\n03\n")],
    ["a size with a sign", text.replace("\n3\n", "\n+3\n")],
    ["a negative size", text.replace("\n3\n", "\n-3\n")],
    ["a size in hexadecimal", text.replace("\n3\n", "\n0x3\n")],
    ["a size with an exponent", text.replace("\n3\n", "\n3e0\n")],
    ["a size with a space", text.replace("\n3\n", "\n3 \n")],
    ["a size in digits that are not ASCII", text.replace("\n3\n", "\n\u0663\n")],
    ["no size", text.replace("\n3\n", "\n\n")],
    ["a size beyond 2^53 - 1", text.replace("\n3\n", "\n9007199254740992\n")],
    ["a root of 31 bytes", formatCheckpoint({ ...checkpoint, root: new Uint8Array(31) })],
    ["a root of 33 bytes", formatCheckpoint({ ...checkpoint, root: new Uint8Array(33) })],
    ["a root with unused bits that are set", text.replace(/.=\n$/, "/=\n")],
  ])("refuses %s", async (_, malformed) => {
    expect(await refusalOf(() => parseCheckpoint(malformed))).toBe("malformed");
  });
});

describe("verifyCheckpoint", () => {
  it("accepts the vector by the key of its log", async () => {
    const note = `${text}\n${vector.signature}\n`;
    expect(await verifyCheckpoint(note, [parseVerificationKey(verification_key)])).toEqual(checkpoint);
  });

  it("refuses the checkpoint of one log that the key of another has signed", async () => {
    const other = createNoteSigner("activity.example.com/org_other", Buffer.from(ed25519_seed, "hex"));
    const note = await signCheckpoint(checkpoint, [other]);
    expect(await refusalOf(() => verifyCheckpoint(note, [other.key, signer.key]))).toBe("wrong-log");
  });

  it("refuses a signed text that is not a checkpoint", async () => {
    const note = await signNote(`${text}extension\n`, [signer]);
    expect(await refusalOf(() => verifyCheckpoint(note, [signer.key]))).toBe("malformed");
  });
});

import { describe, expect, it } from "vitest";
import { signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import {
  formatConsistencyText,
  parseConsistencyText,
  verifyConsistencyText,
} from "#shared/ledger/formats/consistency-text.ts";
import { createNoteSigner } from "#test/support/ledger/note-signer.ts";
import { referenceConsistency, referenceLeaves, referenceRoot } from "#test/support/ledger/reference-tree.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";

const signer = createNoteSigner("example.com/log", new Uint8Array(32).fill(3));
const leaves = referenceLeaves(20);
const older = { size: 6, root: referenceRoot(leaves.slice(0, 6)) };
const newer = { origin: "example.com/log", size: 20, root: Uint8Array.from(referenceRoot(leaves)) };
const checkpoint = await signCheckpoint(newer, [signer]);
const proof = { from: 6, hashes: referenceConsistency(6, leaves).map((hash) => Uint8Array.from(hash)), checkpoint };
const text = formatConsistencyText(proof);
const [firstHash = ""] = text.split("\n").slice(1);

describe("parseConsistencyText", () => {
  it("returns what formatConsistencyText formatted", () => {
    expect(parseConsistencyText(text)).toEqual(proof);
    expect(text.startsWith("old 6\n")).toBe(true);
  });

  it.each([
    ["no text", ""],
    ["no older size", text.replace("old 6\n", "")],
    ["an older size with a leading zero", text.replace("old 6", "old 06")],
    ["carriage returns", text.replaceAll("\n", "\r\n")],
    ["a hash of 30 bytes", text.replace(firstHash, firstHash.slice(4))],
    ["no empty line", text.replace("\n\n", "\n")],
  ])("refuses %s", async (_, malformed) => {
    expect(await refusalOf(() => verifyConsistencyText(parseConsistencyText(malformed), older, [signer.key]))).toBe(
      "malformed",
    );
  });
});

describe("verifyConsistencyText", () => {
  it("returns the newer checkpoint", async () => {
    expect(await verifyConsistencyText(proof, older, [signer.key])).toEqual(newer);
  });

  it.each([
    ["another older size", { ...proof, from: 7 }, "wrong-size"],
    ["too few hashes", { ...proof, hashes: proof.hashes.slice(1) }, "wrong-size"],
    ["another order of hashes", { ...proof, hashes: proof.hashes.toReversed() }, "wrong-root"],
    ["another size", { ...proof, checkpoint: checkpoint.replace("\n20\n", "\n21\n") }, "invalid-signature"],
  ])("refuses %s", async (_, changed, reason) => {
    expect(await refusalOf(() => verifyConsistencyText(changed, older, [signer.key]))).toBe(reason);
  });

  it("refuses another older tree", async () => {
    const forked = { size: 6, root: newer.root };
    expect(await refusalOf(() => verifyConsistencyText(proof, forked, [signer.key]))).toBe("wrong-root");
  });
});

import { describe, expect, it } from "vitest";
import { decodeUtf8 } from "#shared/ledger/encoding/utf8.ts";
import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { createExampleProof, exampleLeaf, exampleSigner } from "#test/support/ledger/example-proof.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";

const keys = [exampleSigner.key];
/** Returns the bits whose change the verifier does not refuse. */
async function acceptedMutations(text: string, verify: (mutated: string) => Promise<unknown>): Promise<number[]> {
  const accepted: number[] = [];
  const bytes = Buffer.from(text);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const mutated = Uint8Array.from(bytes);
    const byte = mutated[bit >> 3] ?? 0;
    mutated[bit >> 3] = byte ^ (1 << (bit & 7));
    if ((await refusalOf(() => verify(decodeUtf8(mutated)))) === null) accepted.push(bit);
  }
  return accepted;
}

describe("verifyTlogProof", () => {
  it("refuses 10,000 proofs of which one bit was changed", async () => {
    const verify = (text: string) => verifyTlogProof(parseTlogProof(text), exampleLeaf, keys);
    const proofs = await Promise.all([0, 70, 99].map((index) => createExampleProof(index)));
    // Extra data is not authenticated by itself.
    const withoutExtra = proofs.map((proof) => proof.replace(/extra .*\n/, ""));
    expect(Buffer.byteLength(withoutExtra.join("")) * 8).toBeGreaterThan(10_000);
    for (const proof of withoutExtra) {
      expect(await refusalOf(() => verify(proof))).toBeNull();
      expect(await acceptedMutations(proof, verify)).toEqual([]);
    }
  });
});

describe("verifyCheckpoint", () => {
  it("refuses the change of any bit of a note", async () => {
    const note = parseTlogProof(await createExampleProof(70)).checkpoint;
    expect(await refusalOf(() => verifyCheckpoint(note, keys))).toBeNull();
    expect(await acceptedMutations(note, (text) => verifyCheckpoint(text, keys))).toEqual([]);
  });
});

import { expect, it } from "vitest";
import { anchorExample } from "#shared/api/proofs/openapi/anchor-example.ts";
import { checkpointExample, consistencyExample, proofExample } from "#shared/api/proofs/openapi/examples.ts";
import { parseAnchorProof, verifyAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { parseCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { parseHash } from "#shared/ledger/formats/hash-line.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const key = parseVerificationKey(trustVectors.verification_key);

it("the example of a proof in the OpenAPI description verifies", async () => {
  const proof = parseTlogProof(proofExample);
  const checkpoint = await verifyTlogProof(proof, leafHash(proof.extra ?? new Uint8Array()), [key]);
  expect([proof.index, checkpoint.size]).toEqual([2, 3]);
});

it("the example of an anchor proof in the OpenAPI description verifies", async () => {
  expect(anchorExample).toBe(trustVectors.anchor_round.proof);
  const anchorsKey = parseVerificationKey(trustVectors.anchor_round.verification_key);
  const { head, checkpoint } = await verifyAnchorProof(parseAnchorProof(anchorExample), [anchorsKey]);
  expect([head.origin, head.size, checkpoint.size]).toEqual([trustVectors.origin, 3, 1]);
});

it("the example of a consistency proof in the OpenAPI description verifies", () => {
  const [old, hash = ""] = consistencyExample.split("\n");
  const newer = parseCheckpoint(parseSignedNote(checkpointExample).text);
  const root = Buffer.from(trustVectors.entries[1]?.root ?? "", "hex");
  expect(old).toBe("old 2");
  expect(() => verifyConsistency({ size: 2, root }, newer, [parseHash(hash, "hash")])).not.toThrow();
});

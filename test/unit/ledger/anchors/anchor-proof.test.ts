import { describe, expect, it } from "vitest";
import {
  type AnchorProof,
  formatAnchorProof,
  parseAnchorProof,
  verifyAnchorProof,
} from "#shared/ledger/anchors/anchor-proof.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { decodeUtf8 } from "#shared/ledger/encoding/utf8.ts";
import { entryData } from "#shared/ledger/formats/entry-data.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { testNow } from "#test/support/builders.ts";
import {
  anchoredHeads,
  anchorsSigner,
  createAnchorProof,
  createExampleAnchorProof,
  testLogName,
} from "#test/support/ledger/anchors.ts";
import { createNoteSigner } from "#test/support/ledger/note-signer.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const vector = trustVectors.anchor_round;
const keys = [anchorsSigner.key];
const text = await createExampleAnchorProof();
const proof = parseAnchorProof(text);
const verify = (one: AnchorProof) => refusalOf(() => verifyAnchorProof(one, keys));
const refusal = (one: string) => refusalOf(() => verifyAnchorProof(parseAnchorProof(one), keys));

describe("verifyAnchorProof", () => {
  it("returns the anchored head of the vector", async () => {
    const key = parseVerificationKey(vector.verification_key);
    const { head, anchoredAt, roundIndex, checkpoint } = await verifyAnchorProof(parseAnchorProof(vector.proof), [key]);
    const [anchored] = vector.heads;
    expect(checkpoint.origin).toBe(`${vector.log_name}/${anchorsLog}`);
    expect([head.origin, head.size, encodeHex(head.root)]).toEqual([
      `${vector.log_name}/${anchored?.log}`,
      anchored?.size,
      anchored?.root,
    ]);
    expect([anchoredAt, roundIndex, checkpoint.size]).toEqual([vector.sealed_at, 0, 1]);
  });

  it("refuses another head, blind, place or path", async () => {
    expect(await verify(proof)).toBeNull();
    const { head, blind, index, hashes } = proof;
    expect(await verify({ ...proof, head: { ...head, size: head.size + 1 } })).toBe("wrong-root");
    expect(await verify({ ...proof, head: { ...head, root: blind } })).toBe("wrong-root");
    expect(await verify({ ...proof, blind: head.root })).toBe("wrong-root");
    expect(await verify({ ...proof, index: index === 0 ? 1 : index - 1 })).toBe("wrong-root");
    expect(await verify({ ...proof, index: 256 })).toBe("wrong-size");
    expect(await verify({ ...proof, hashes: hashes.slice(0, 4), index: 0 })).toBe("wrong-root");
  });

  it("refuses an entry that is not an anchor, and a round that the log does not have", async () => {
    const event = entryData("event", testNow.toISOString(), new Uint8Array(32));
    expect(await verify({ ...proof, round: { ...proof.round, extra: event } })).toBe("wrong-content");
    const anchor = entryData("anchor", testNow.toISOString(), new Uint8Array(32));
    expect(await verify({ ...proof, round: { ...proof.round, extra: anchor } })).toBe("wrong-root");
    expect(await verify({ ...proof, round: { ...proof.round, extra: null } })).toBe("malformed");
  });

  it("refuses a key that did not sign, and a log of anchors of another deployment", async () => {
    const round = { heads: anchoredHeads(1), seed: new Uint8Array(32) };
    const [head] = round.heads;
    if (head === undefined) throw new Error("no head");
    for (const name of ["other.example.com/~anchors", `${testLogName}/org_1`]) {
      const signer = createNoteSigner(name, new Uint8Array(32).fill(6));
      const other = await createAnchorProof({ round, head, signer });
      expect(await verify(other)).toBe("unknown-signer");
      expect(await refusalOf(() => verifyAnchorProof(other, [signer.key]))).toBe("wrong-log");
    }
  });

  it("refuses the change of any bit", async () => {
    const bytes = Buffer.from(text);
    const accepted: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const mutated = Uint8Array.from(bytes);
      mutated[bit >> 3] = (mutated[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if ((await refusalOf(() => verifyAnchorProof(parseAnchorProof(decodeUtf8(mutated)), keys))) === null)
        accepted.push(bit);
    }
    expect(accepted).toEqual([]);
  });
});

describe("parseAnchorProof", () => {
  it("returns what formatAnchorProof formatted", () => {
    expect(formatAnchorProof(proof)).toBe(text);
  });

  it.each([
    ["no text", ""],
    ["another version", text.replace("activity-anchor/v1", "activity-anchor/v2")],
    ["a blind in upper case", text.replace(encodeHex(proof.blind), encodeHex(proof.blind).toUpperCase())],
    ["no blind", text.replace(`${encodeHex(proof.blind)}\n`, "")],
    ["a size with a leading zero", text.replace(`\n${proof.head.size}\n`, `\n0${proof.head.size}\n`)],
    ["no index", text.replace(/index \d+\n/, "")],
    [
      "a path of more hashes than any round has",
      text.replace(/(index \d+\n)/, `$1${`${"A".repeat(43)}=\n`.repeat(60)}`),
    ],
    ["no proof of the round", text.slice(0, text.indexOf("\nc2sp.org"))],
    ["carriage returns", text.replaceAll("\n", "\r\n")],
  ])("throws ProofError for %s", async (_, malformed) => {
    expect(await refusal(malformed)).toBe("malformed");
  });
});

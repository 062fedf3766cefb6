import { describe, expect, it } from "vitest";
import { anchorLeafHash } from "#shared/ledger/anchors/anchor-leaf.ts";
import { blindHead, maxRoundHeads, roundLeaves, roundPath, roundRoot } from "#shared/ledger/anchors/anchor-round.ts";
import { newestHeads } from "#shared/ledger/anchors/anchored-head.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { decodeHex, encodeHex } from "#shared/ledger/encoding/hex.ts";
import { verifyInclusion } from "#shared/ledger/merkle/inclusion.ts";
import { anchoredHeads, testLogName } from "#test/support/ledger/anchors.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const vector = trustVectors.anchor_round;
const seed = new Uint8Array(32).fill(9);

describe("newestHeads", () => {
  const root = new Uint8Array(32);

  it("returns the largest size of each log, whatever the order", () => {
    const chunks = [3, 9, 5].map((size) => ({ log: "org_a", chunk: { size, root } }));
    expect(newestHeads([...chunks, { log: "org_b", chunk: { size: 1, root } }])).toEqual([
      { log: "org_a", size: 9, root },
      { log: "org_b", size: 1, root },
    ]);
  });

  it("leaves out the log of anchors", () => {
    expect(newestHeads([{ log: anchorsLog, chunk: { size: 4, root } }])).toEqual([]);
  });
});

describe("roundLeaves", () => {
  it("returns those of the vector", () => {
    const heads = vector.heads.map(({ root, ...head }) => ({ ...head, root: decodeHex(root) }));
    const vectorSeed = decodeHex(vector.seed);
    const leaves = roundLeaves({ heads, seed: vectorSeed }, vector.log_name);
    expect(encodeHex(roundRoot(leaves))).toBe(vector.root);
    const blinds = heads.map((head) => encodeHex(blindHead(head, vectorSeed, vector.log_name).blind));
    expect(blinds).toEqual(vector.blinds);
    expect(leaves.map(encodeHex)).toContain(vector.first_padding);
  });

  it.each([
    [1, 256],
    [256, 256],
    [257, 512],
    [1_025, 2_048],
    [maxRoundHeads, 2_048],
  ])("fills a round of %i heads up to %i leaves, in order", (count, expected) => {
    const leaves = roundLeaves({ heads: anchoredHeads(count), seed }, testLogName);
    expect(leaves).toHaveLength(expected);
    expect(new Set(leaves.map(encodeHex)).size).toBe(expected);
    expect(leaves.map(encodeHex)).toEqual(leaves.map(encodeHex).sort());
  });

  it("hides the heads: another seed shares no leaf", () => {
    const round = { heads: anchoredHeads(300), seed };
    const leaves = new Set(roundLeaves(round, testLogName).map(encodeHex));
    const others = roundLeaves({ ...round, seed: seed.with(0, 1) }, testLogName);
    expect(others.filter((leaf) => leaves.has(encodeHex(leaf)))).toEqual([]);
  });
});

describe("roundPath", () => {
  it("leads from each head to the root of the round", () => {
    for (const count of [1, 300]) {
      const heads = anchoredHeads(count);
      const leaves = roundLeaves({ heads, seed }, testLogName);
      const root = roundRoot(leaves);
      for (const head of heads) {
        const leaf = anchorLeafHash(blindHead(head, seed, testLogName));
        const { index, hashes } = roundPath(leaves, leaf);
        expect(() => verifyInclusion({ index, leaf, size: leaves.length, root }, hashes)).not.toThrow();
      }
    }
  });

  it("throws RangeError for a leaf that the round does not have", () => {
    expect(() => roundPath([seed, seed], new Uint8Array(32))).toThrow(RangeError);
  });
});

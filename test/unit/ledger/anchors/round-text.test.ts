import { describe, expect, it } from "vitest";
import { parseAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { roundLeaves } from "#shared/ledger/anchors/anchor-round.ts";
import { formatRound, parseRound } from "#shared/ledger/anchors/round-text.ts";
import { anchoredHeads, createExampleAnchorProof, testLogName } from "#test/support/ledger/anchors.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";

const { round: proof } = parseAnchorProof(await createExampleAnchorProof());
const leaves = roundLeaves({ heads: anchoredHeads(3), seed: new Uint8Array(32).fill(9) }, testLogName);
const text = formatRound({ leaves, proof });

describe("parseRound", () => {
  it("returns what formatRound formatted", () => {
    const round = parseRound(text);
    expect(round).toEqual({ leaves: leaves.map((leaf) => Uint8Array.from(leaf)), proof });
    expect(formatRound(round)).toBe(text);
  });

  it("names no log but that of anchors", () => {
    expect(text).not.toContain("org_");
    expect(text.match(/activity\.example\.com\S*/g)).toEqual(Array(2).fill("activity.example.com/~anchors"));
  });

  it.each([
    ["no text", ""],
    ["another header", text.replace("round/v1", "round/v2")],
    ["a leaf that is not a hash", text.replace("/v1\n", "/v1\nAA==\n")],
    ["no proof", text.slice(0, text.indexOf("\n\n") + 2)],
  ])("throws ProofError for %s", async (_, malformed) => {
    expect(await refusalOf(() => parseRound(malformed))).toBe("malformed");
  });
});

import { decodeHex, encodeHex } from "#shared/ledger/encoding/hex.ts";
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** A head of a log in a round, with the random bytes that hide it from all who do not have them. */
export type AnchorLeaf = {
  /** 32 bytes. */
  readonly blind: Uint8Array;
  readonly head: Checkpoint;
};

export const anchorLeafHeader = "activity-anchor/v1";

const blindPattern = /^[0-9a-f]{64}$/;

/** Returns the data of a leaf: the version of the format, the blind, and the origin, size and root of the log, one a line. */
export function formatAnchorLeaf({ blind, head }: AnchorLeaf): string {
  return `${anchorLeafHeader}\n${encodeHex(blind)}\n${formatCheckpoint(head)}`;
}

/** Parses the data of a leaf. Throws `ProofError` if it is not exactly what `formatAnchorLeaf` returns. */
export function parseAnchorLeaf(text: string): AnchorLeaf {
  const [first, blind = "", ...lines] = text.split("\n");
  if (first !== anchorLeafHeader) {
    throw new ProofError("malformed", `The anchor proof does not begin with the line ${anchorLeafHeader}.`);
  }
  if (!blindPattern.test(blind))
    throw new ProofError("malformed", "Line 2 of the anchor proof, the blind, is not valid.");
  return { blind: decodeHex(blind), head: parseCheckpoint(lines.join("\n")) };
}

/** Returns the hash of a leaf. */
export function anchorLeafHash(leaf: AnchorLeaf): Uint8Array {
  return leafHash(formatAnchorLeaf(leaf));
}

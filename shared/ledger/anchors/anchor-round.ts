import { createHmac } from "node:crypto";
import { appendLeaves, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { type AnchorLeaf, anchorLeafHash } from "./anchor-leaf.ts";
import type { AnchoredHead } from "./anchored-head.ts";

/** What a round is computed from. */
export type AnchorRound = {
  /** At most one of each log. */
  readonly heads: readonly AnchoredHead[];
  /** 32 random bytes of this round, from which its blinds and its padding are derived. */
  readonly seed: Uint8Array;
};

/** The way from a leaf to the root of its round. */
export type RoundPath = {
  /** Index of the leaf. */
  readonly index: number;
  /** The siblings, the nearest first. A round of 2^n leaves has n. */
  readonly hashes: readonly Uint8Array[];
};

/** Heads of one round. */
export const maxRoundHeads = 2_000;

export const seedBytes = 32;

const minRoundLeaves = 256;

/**
 * Returns the leaves of a round: its blinded heads, filled with random hashes up to a power of two, and at least to 256, so
 * that a path shows only the order of magnitude of how many logs there are. Sorted, so that their order shows nothing.
 */
export function roundLeaves({ heads, seed }: AnchorRound, logName: string): Uint8Array[] {
  const leaves = heads.map((head) => anchorLeafHash(blindHead(head, seed, logName)));
  const count = Math.max(minRoundLeaves, 2 ** Math.ceil(Math.log2(heads.length)));
  const padding = Array.from({ length: count - heads.length }, (_, at) => hmac(seed, String(at)));
  return [...leaves, ...padding].sort(Buffer.compare);
}

/** Returns the root of the tree over the leaves of a round, which is the digest of its entry in the log of anchors. */
export function roundRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOf(appendLeaves([], 0, leaves));
}

/** Returns the leaf of a head. The text of a blind has a newline, that of the padding has none: no two are the same. */
export function blindHead({ log, size, root }: AnchoredHead, seed: Uint8Array, logName: string): AnchorLeaf {
  const origin = `${logName}/${log}`;
  return { blind: hmac(seed, `${origin}\n${size}`), head: { origin, size, root } };
}

/** Returns the path of a leaf among the leaves of a round. Throws `RangeError` if it is not one of them. */
export function roundPath(leaves: readonly Uint8Array[], leaf: Uint8Array): RoundPath {
  const index = leaves.findIndex((one) => Buffer.compare(one, leaf) === 0);
  if (index === -1) throw new RangeError("The round does not have this leaf.");
  const hashes: Uint8Array[] = [];
  let level = leaves;
  for (let at = index; level.length > 1; at = Math.floor(at / 2)) {
    const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
    if (sibling !== undefined) hashes.push(sibling);
    level = levelAbove(level);
  }
  return { index, hashes };
}

function levelAbove(hashes: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: hashes.length / 2 }, (_, at) => rootOf(hashes.slice(2 * at, 2 * at + 2)));
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(text).digest());
}

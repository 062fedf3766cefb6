import { encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { parseDecimal } from "#shared/ledger/encoding/decimal.ts";
import type { Checkpoint } from "#shared/ledger/formats/checkpoint.ts";
import { parseHash } from "#shared/ledger/formats/hash-line.ts";
import { parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { formatTlogProof, parseTlogProof, type TlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { verifyInclusion } from "#shared/ledger/merkle/inclusion.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { type AnchorLeaf, anchorLeafHash, formatAnchorLeaf, parseAnchorLeaf } from "./anchor-leaf.ts";

/** The proof that the log of anchors commits to a state of a log, as one text that is verified offline. */
export type AnchorProof = AnchorLeaf & {
  /** The index of the leaf in its round, and its path to the root of the round. */
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The proof that the log of anchors has the round. Its extra data is the entry, whose digest is the root of the round. */
  readonly round: TlogProof;
};

/** What an anchor proof proves. */
export type VerifiedAnchor = {
  /** The origin, size and root of the anchored log. */
  readonly head: Checkpoint;
  /** When the round was made: ISO 8601 with milliseconds. */
  readonly anchoredAt: string;
  /** The index of the round in the log of anchors, and the checkpoint of that log. */
  readonly roundIndex: number;
  readonly checkpoint: Checkpoint;
};

const indexPrefix = "index ";
const separator = "\n\n";
const maxPathHashes = 52;

/** The last part of the origin of the log of anchors. Identical to its id; a test compares them. */
const anchorsOriginEnd = "/~anchors";

/**
 * Returns the text of a proof, which has three parts, separated by empty lines: the leaf, its index and path in the round,
 * and the proof of the round (C2SP tlog-proof).
 */
export function formatAnchorProof({ index, hashes, round, ...leaf }: AnchorProof): string {
  const path = [`${indexPrefix}${index}`, ...hashes.map(encodeBase64)].join("\n");
  return `${formatAnchorLeaf(leaf)}\n${path}${separator}${formatTlogProof(round)}`;
}

/** Parses the text of a proof. Throws `ProofError` if it is malformed. */
export function parseAnchorProof(text: string): AnchorProof {
  const [leaf = "", path, ...rest] = text.split(separator);
  if (path === undefined || rest.length === 0) {
    throw new ProofError("malformed", "The anchor proof does not have three parts separated by empty lines.");
  }
  const [index = "", ...lines] = path.split("\n");
  if (!index.startsWith(indexPrefix)) throw new ProofError("malformed", "The anchor proof has no line with the index.");
  if (lines.length > maxPathHashes) throw new ProofError("malformed", "The path of the anchor proof is too long.");
  return {
    ...parseAnchorLeaf(`${leaf}\n`),
    index: parseDecimal(index.slice(indexPrefix.length), "The index of the anchor proof"),
    hashes: lines.map((line, at) => parseHash(line, `Hash ${at + 1} of the anchor proof`)),
    round: parseTlogProof(rest.join(separator)),
  };
}

/**
 * Returns what a proof proves. Throws `ProofError` unless a key of the log of anchors has signed the checkpoint of the
 * proof, that log has the round, and the round has the leaf; and if the anchored log is not one of the same deployment.
 */
export async function verifyAnchorProof(
  { index, hashes, round, ...leaf }: AnchorProof,
  keys: readonly VerificationKey[],
): Promise<VerifiedAnchor> {
  const entry = parseLoggedEntry(round.extra ?? new Uint8Array());
  if (entry.kind !== "anchor") throw new ProofError("wrong-content", "The entry of the anchor proof is not an anchor.");
  const checkpoint = await verifyTlogProof(round, entry.leaf, keys);
  verifyInclusion({ index, leaf: anchorLeafHash(leaf), size: 2 ** hashes.length, root: entry.sha256 }, hashes);
  assertSameDeployment(leaf.head, checkpoint);
  return { head: leaf.head, anchoredAt: entry.sealedAt, roundIndex: round.index, checkpoint };
}

function assertSameDeployment(head: Checkpoint, { origin }: Checkpoint): void {
  const logName = origin.endsWith(anchorsOriginEnd) ? origin.slice(0, -anchorsOriginEnd.length) : null;
  if (logName !== null && head.origin.startsWith(`${logName}/`)) return;
  throw new ProofError("wrong-log", `${origin} is not the log of anchors of ${head.origin}.`);
}

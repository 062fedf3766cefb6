import { anchorLeafHeader } from "#shared/ledger/anchors/anchor-leaf.ts";
import { parseAnchorProof, verifyAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { parseConsistencyText, verifyConsistencyText } from "#shared/ledger/formats/consistency-text.ts";
import { parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** What a file proves. */
export type Verification = {
  readonly proves: "inclusion" | "consistency" | "anchor" | "checkpoint";
  readonly origin: string;
  readonly size: number;
  /** Of the entry, or of the older checkpoint; `null` for an anchor, and for a checkpoint alone. */
  readonly sequence: number | null;
  /** When the entry was sealed, or the anchor made. */
  readonly sealed_at: string | null;
  /** The canonical event; `null` if the file has none. */
  readonly event: string | null;
};

const proofHeader = "c2sp.org/tlog-proof@v1\n";
const consistencyHeader = "old ";

/** Whether a file has a proof before its checkpoint. */
export function isProofText(text: string): boolean {
  return text.startsWith(proofHeader) || text.startsWith(consistencyHeader) || isAnchorText(text);
}

/** Returns the signed note in a verified file: all of it, or what follows its proof. */
export function noteOfText(text: string): string {
  if (isAnchorText(text)) return parseAnchorProof(text).round.checkpoint;
  return isProofText(text) ? text.slice(text.indexOf("\n\n") + 2) : text;
}

function isAnchorText(text: string): boolean {
  return text.startsWith(`${anchorLeafHeader}\n`);
}

/**
 * Verifies a file: a proof of an entry, a consistency proof (with the older checkpoint), an anchor proof, or a checkpoint.
 * Uses only the keys that are given, never one from the file; several if a key followed another. Throws `ProofError`.
 */
export async function verifyFile(
  text: string,
  keys: readonly VerificationKey[],
  older: string | null,
): Promise<Verification> {
  if (text.startsWith(proofHeader)) return verifyInclusionFile(text, keys);
  if (text.startsWith(consistencyHeader)) return verifyConsistencyFile(text, keys, older);
  if (isAnchorText(text)) return verifyAnchorFile(text, keys);
  const { origin, size } = await verifyCheckpoint(text, keys);
  return { proves: "checkpoint", origin, size, sequence: null, sealed_at: null, event: null };
}

async function verifyInclusionFile(text: string, keys: readonly VerificationKey[]): Promise<Verification> {
  const proof = parseTlogProof(text);
  if (proof.extra === null) throw new ProofError("malformed", "The proof has no entry in its extra data.");
  const { sealedAt, canonical, leaf } = parseLoggedEntry(proof.extra);
  const { origin, size } = await verifyTlogProof(proof, leaf, keys);
  return { proves: "inclusion", origin, size, sequence: proof.index + 1, sealed_at: sealedAt, event: canonical };
}

async function verifyAnchorFile(text: string, keys: readonly VerificationKey[]): Promise<Verification> {
  const { head, anchoredAt } = await verifyAnchorProof(parseAnchorProof(text), keys);
  const { origin, size } = head;
  return { proves: "anchor", origin, size, sequence: null, sealed_at: anchoredAt, event: null };
}

async function verifyConsistencyFile(
  text: string,
  keys: readonly VerificationKey[],
  older: string | null,
): Promise<Verification> {
  if (older === null)
    throw new ProofError(
      "malformed",
      `A consistency proof needs the older checkpoint, of ${text.split("\n", 1)[0]?.slice(4)} entries. Give its file as well.`,
    );
  const before = await verifyCheckpoint(older, keys);
  const proof = parseConsistencyText(text);
  if (proof.from !== before.size) {
    throw new ProofError("malformed", `The proof is not from the checkpoint of ${before.size} entries.`);
  }
  const after = await verifyConsistencyText(proof, before, keys);
  return {
    proves: "consistency",
    origin: after.origin,
    size: after.size,
    sequence: before.size,
    sealed_at: null,
    event: null,
  };
}

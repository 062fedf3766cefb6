import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { parseEntryData } from "#shared/ledger/formats/entry-data.ts";
import { parseHash } from "#shared/ledger/formats/hash-line.ts";
import { parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** What a file proves. */
export type Verification = {
  readonly proves: "inclusion" | "consistency" | "checkpoint";
  readonly origin: string;
  readonly size: number;
  /** Of the entry, or of the older checkpoint; `null` for a checkpoint alone. */
  readonly sequence: number | null;
  readonly sealed_at: string | null;
  /** The canonical event; `null` if the file has none. */
  readonly event: string | null;
};

const proofHeader = "c2sp.org/tlog-proof@v1\n";
const consistencyHeader = "old ";

/**
 * Verifies a file: a proof of an entry, a consistency proof (with the older checkpoint), or a checkpoint. Uses only the key
 * that is given, never one from the file. Throws `ProofError`.
 */
export async function verifyFile(text: string, key: VerificationKey, older: string | null): Promise<Verification> {
  if (text.startsWith(proofHeader)) return verifyInclusionFile(text, key);
  if (text.startsWith(consistencyHeader)) return verifyConsistencyFile(text, key, older);
  const { origin, size } = await verifyCheckpoint(text, [key]);
  return { proves: "checkpoint", origin, size, sequence: null, sealed_at: null, event: null };
}

async function verifyInclusionFile(text: string, key: VerificationKey): Promise<Verification> {
  const proof = parseTlogProof(text);
  if (proof.extra === null) throw new ProofError("malformed", "The proof has no entry in its extra data.");
  const { sealed_at, event, leaf } = parseExtra(proof.extra);
  const { origin, size } = await verifyTlogProof(proof, leaf, [key]);
  return { proves: "inclusion", origin, size, sequence: proof.index + 1, sealed_at, event };
}

const entryLines = 4;

/** A proof may have the entry without its content: then it has no other line. */
function parseExtra(extra: Uint8Array) {
  const isEntryOnly = extra.at(-1) === 0x0a && extra.filter((byte) => byte === 0x0a).length === entryLines;
  if (isEntryOnly) return { sealed_at: parseEntryData(extra).sealedAt, event: null, leaf: leafHash(extra) };
  const { sealedAt, canonical, leaf } = parseLoggedEntry(extra);
  return { sealed_at: sealedAt, event: canonical, leaf };
}

async function verifyConsistencyFile(text: string, key: VerificationKey, older: string | null): Promise<Verification> {
  if (older === null)
    throw new ProofError(
      "malformed",
      `A consistency proof needs the older checkpoint, of ${text.split("\n", 1)[0]?.slice(4)} entries. Give its file as well.`,
    );
  const before = await verifyCheckpoint(older, [key]);
  const end = text.indexOf("\n\n");
  if (end === -1) throw new ProofError("malformed", "The proof has no empty line before its checkpoint.");
  const [old, ...lines] = text.slice(0, end).split("\n");
  const after = await verifyCheckpoint(text.slice(end + 2), [key]);
  if (old !== `${consistencyHeader}${before.size}`) {
    throw new ProofError("malformed", `The proof is not from the checkpoint of ${before.size} entries.`);
  }
  verifyConsistency(
    before,
    after,
    lines.map((line, at) => parseHash(line, `Hash ${at + 1} of the proof`)),
  );
  return {
    proves: "consistency",
    origin: after.origin,
    size: after.size,
    sequence: before.size,
    sealed_at: null,
    event: null,
  };
}

import { anchorLeafHeader } from "#shared/ledger/anchors/anchor-leaf.ts";
import { parseAnchorProof, verifyAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import type { EntryKind } from "#shared/ledger/entry.ts";
import { type Checkpoint, verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
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
  /** Of the log of that size, in Base64: to compare with that of others. */
  readonly root: string;
  /** Of the entry, or of the older checkpoint; `null` for an anchor, and for a checkpoint alone. */
  readonly sequence: number | null;
  /** When the entry was sealed, or the anchor made. */
  readonly sealed_at: string | null;
  /** Of the entry; `null` if no entry is proved. */
  readonly kind: EntryKind | null;
  /** The canonical event; `null` if the file has none. */
  readonly event: string | null;
};

/** What a file proves, and every state of a log that it shows to be signed, its own first. */
export type VerifiedFile = { readonly verification: Verification; readonly states: readonly Checkpoint[] };

const proofHeader = "c2sp.org/tlog-proof@v1\n";
const consistencyHeader = "old ";
const nothingElse = { sequence: null, sealed_at: null, kind: null, event: null };

/** Whether a file has a proof before its checkpoint. */
export function isProofText(text: string): boolean {
  return text.startsWith(proofHeader) || text.startsWith(consistencyHeader) || isAnchorText(text);
}

/** Returns the signed note in a verified file: all of it, or what follows its proof. */
export function noteOfText(text: string): string {
  if (isAnchorText(text)) return parseAnchorProof(text).round.checkpoint;
  return isProofText(text) ? text.slice(text.indexOf("\n\n") + 2) : text;
}

/** Returns the size from which a consistency proof leads, and the first line of its note; `null` for any other file. */
export function olderStateOf(text: string): { readonly origin: string; readonly size: string } | null {
  const [, size] = /^old (\d{1,16})\n/.exec(text) ?? [];
  if (size === undefined) return null;
  const [origin = ""] = noteOfText(text).split("\n", 1);
  return { origin, size };
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
): Promise<VerifiedFile> {
  if (text.startsWith(proofHeader)) return verifyInclusionFile(text, keys);
  if (text.startsWith(consistencyHeader)) return verifyConsistencyFile(text, keys, older);
  if (isAnchorText(text)) return verifyAnchorFile(text, keys);
  const checkpoint = await verifyCheckpoint(text, keys);
  return { verification: { proves: "checkpoint", ...stateOf(checkpoint), ...nothingElse }, states: [checkpoint] };
}

async function verifyInclusionFile(text: string, keys: readonly VerificationKey[]): Promise<VerifiedFile> {
  const proof = parseTlogProof(text);
  if (proof.extra === null) throw new ProofError("malformed", "The proof has no entry in its extra data.");
  const { kind, sealedAt: sealed_at, canonical, leaf } = parseLoggedEntry(proof.extra);
  const checkpoint = await verifyTlogProof(proof, leaf, keys);
  // The content of another entry is not an event of the log: a refused change of one, for example.
  const event = kind === "event" ? canonical : null;
  const entry = { sequence: proof.index + 1, sealed_at, kind, event };
  return { verification: { proves: "inclusion", ...stateOf(checkpoint), ...entry }, states: [checkpoint] };
}

async function verifyAnchorFile(text: string, keys: readonly VerificationKey[]): Promise<VerifiedFile> {
  const { head, anchoredAt, checkpoint } = await verifyAnchorProof(parseAnchorProof(text), keys);
  const verification = { proves: "anchor", ...stateOf(head), ...nothingElse, sealed_at: anchoredAt } as const;
  return { verification, states: [head, checkpoint] };
}

async function verifyConsistencyFile(
  text: string,
  keys: readonly VerificationKey[],
  older: string | null,
): Promise<VerifiedFile> {
  if (older === null) throw new ProofError("malformed", olderStateIsMissing(text));
  const before = await verifyOlderState(older, keys);
  const proof = parseConsistencyText(text);
  if (proof.from !== before.size) {
    throw new ProofError("malformed", `The proof is not from the checkpoint of ${before.size} entries.`);
  }
  const { origin } = await verifyCheckpoint(proof.checkpoint, keys);
  if (origin !== before.origin) {
    throw new ProofError(
      "malformed",
      `The older checkpoint or anchor is one of ${before.origin}. Give that of ${origin}.`,
    );
  }
  const after = await verifyConsistencyText(proof, before, keys);
  const verification = { proves: "consistency", ...stateOf(after), ...nothingElse, sequence: before.size } as const;
  return { verification, states: [after, before] };
}

/**
 * Returns the state of a log in a file from which a consistency proof may lead: that of an anchor, else of its checkpoint.
 * Throws `ProofError` `unknown-signer` if another key has signed it than the newer one.
 */
export async function verifyOlderState(text: string, keys: readonly VerificationKey[]): Promise<Checkpoint> {
  try {
    if (isAnchorText(text)) return (await verifyAnchorProof(parseAnchorProof(text), keys)).head;
    return await verifyCheckpoint(noteOfText(text), keys);
  } catch (error) {
    if (!(error instanceof ProofError) || error.reason !== "unknown-signer") throw error;
    throw new ProofError(
      "unknown-signer",
      `${error.message} This is the older one: give the key that signed it as well.`,
    );
  }
}

/** Whether a file states that a log has a size, which is not verified. */
export function statesSize(
  text: string,
  { origin, size }: { readonly origin: string; readonly size: string },
): boolean {
  const lines = `${origin}\n${size}\n`;
  return isAnchorText(text) ? text.includes(`\n${lines}`) : noteOfText(text).startsWith(lines);
}

function olderStateIsMissing(text: string): string {
  const state = olderStateOf(text);
  const which = state === null ? "" : `, of ${state.size} entries`;
  return `A consistency proof needs the older checkpoint or anchor${which}. Give its file as well.`;
}

/** Returns the state of a log for people: its root as text. */
export function stateOf({ origin, size, root }: Checkpoint) {
  return { origin, size, root: encodeBase64(root) };
}

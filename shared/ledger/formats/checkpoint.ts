import { encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { parseDecimal } from "#shared/ledger/encoding/decimal.ts";
import type { TreeHead } from "#shared/ledger/merkle/consistency.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { parseHash } from "./hash-line.ts";
import { type NoteSigner, signNote, verifySignedNote } from "./note-signing.ts";
import type { VerificationKey } from "./verification-key.ts";

/** The root of a log at a size (C2SP tlog-checkpoint). The origin identifies the log. */
export type Checkpoint = TreeHead & { readonly origin: string };

/** Returns the text of a checkpoint, which is what is signed. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** Parses the text of a checkpoint. Throws `ProofError` if it is malformed, or has extension lines: this log has none. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", root = "", end, ...rest] = text.split("\n");
  if (origin === "" || end !== "" || rest.length > 0) {
    throw new ProofError("malformed", "A checkpoint must have three lines: origin, size and root.");
  }
  return {
    origin,
    size: parseDecimal(size, "Line 2 of the checkpoint, the size,"),
    root: parseHash(root, "Line 3 of the checkpoint, the root,"),
  };
}

/** Returns the signed note of a checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): Promise<string> {
  return signNote(formatCheckpoint(checkpoint), signers);
}

/**
 * Returns the checkpoint in a signed note. Throws `ProofError` unless a known key has signed it whose name is the origin: a
 * log's key signs for that log only.
 */
export async function verifyCheckpoint(note: string, keys: readonly VerificationKey[]): Promise<Checkpoint> {
  const { text, signers } = await verifySignedNote(note, keys);
  const checkpoint = parseCheckpoint(text);
  if (signers.some(({ name }) => name === checkpoint.origin)) return checkpoint;
  throw new ProofError("wrong-log", `The checkpoint of ${checkpoint.origin} is not signed by a key with that name.`);
}

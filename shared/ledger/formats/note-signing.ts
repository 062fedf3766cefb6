import { encodeUtf8 } from "#shared/ledger/encoding/utf8.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { formatSignedNote, maxSignatures, type NoteSignature, parseSignedNote } from "./signed-note.ts";
import type { VerificationKey } from "./verification-key.ts";

/** Signs by Ed25519 (RFC 8032), not prehashed, with the private key that belongs to `key`. Returns 64 bytes. */
export type NoteSigner = {
  readonly key: VerificationKey;
  readonly sign: (message: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
};

/** A text that known keys have signed. */
export type VerifiedNote = { readonly text: string; readonly signers: readonly VerificationKey[] };

/** Returns the note of a text with a signature by each signer. The text must end in a newline. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  return formatSignedNote({ text, signatures: await createSignatures(text, signers) });
}

/**
 * Returns a note with a signature by each signer, and with those that known keys have made before, as far as a note may have
 * so many: the latest.
 */
export async function addSignatures(
  note: string,
  known: readonly VerificationKey[],
  signers: readonly NoteSigner[],
): Promise<string> {
  const { text, signatures } = parseSignedNote(note);
  const kept = signatures.filter(({ keyName, keyId }) =>
    known.some(({ name, id }) => name === keyName && id === keyId),
  );
  const added = await createSignatures(text, signers);
  return formatSignedNote({ text, signatures: [...kept, ...added].slice(-maxSignatures) });
}

function createSignatures(text: string, signers: readonly NoteSigner[]): Promise<NoteSignature[]> {
  const message = encodeUtf8(text);
  return Promise.all(
    signers.map(async ({ key, sign }) => {
      return { keyName: key.name, keyId: key.id, signature: Uint8Array.from(await sign(message)) };
    }),
  );
}

/**
 * Returns the text of a note and which of the known keys signed it. Ignores signatures by other keys (C2SP signed-note).
 * Throws `ProofError` if no known key has signed, if the signature of one is not valid, or if one has signed twice.
 */
export async function verifySignedNote(note: string, keys: readonly VerificationKey[]): Promise<VerifiedNote> {
  const { text, signatures } = parseSignedNote(note);
  const message = encodeUtf8(text);
  const signers: VerificationKey[] = [];
  for (const { keyName, keyId, signature } of signatures) {
    const key = keys.find(({ name, id }) => name === keyName && id === keyId);
    if (key === undefined) continue;
    if (signers.includes(key)) throw new ProofError("malformed", `The key ${keyName} has signed the note twice.`);
    if (!(await isSignature(key, signature, message))) {
      throw new ProofError("invalid-signature", `The signature of the key ${keyName} is not valid.`);
    }
    signers.push(key);
  }
  if (signers.length > 0) return { text, signers };
  throw new ProofError("unknown-signer", "The note has no signature by a known key.");
}

/** Returns whether a signature is valid, by WebCrypto, which Node 20 and browsers have. */
export async function isSignature(
  { publicKey }: Pick<VerificationKey, "publicKey">,
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, message);
}

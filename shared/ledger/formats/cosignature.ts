import { encodeUtf8 } from "#shared/ledger/encoding/utf8.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { isSignature } from "./note-signing.ts";
import { type NoteSignature, parseSignedNote } from "./signed-note.ts";
import type { VerificationKey } from "./verification-key.ts";

/** The statement of a witness that a checkpoint continues those it has seen before. */
export type Cosignature = {
  readonly witness: string;
  /** When the witness signed: Unix seconds. */
  readonly time: number;
};

const timeBytes = 8;
const signatureBytes = 64;

/** The end of the year 9999, after which ISO 8601 has other forms: Unix seconds. */
const maxTime = 253_402_300_799;

/** Returns what a witness signs of a checkpoint (C2SP tlog-cosignature, "Format"): a header with the time, and the text. */
export function cosignedMessage(text: string, time: number): Uint8Array<ArrayBuffer> {
  return encodeUtf8(`cosignature/v1\ntime ${time}\n${text}`);
}

/**
 * Returns the cosignatures of a note by witnesses, in the order of the keys. Throws `ProofError` `unknown-signer` if one of
 * them has not signed, and `invalid-signature` or `malformed` if its cosignature is not valid.
 */
export async function verifyCosignatures(note: string, witnesses: readonly VerificationKey[]): Promise<Cosignature[]> {
  const { text, signatures } = parseSignedNote(note);
  return Promise.all(
    witnesses.map(async (key) => {
      const own = signatures.filter(({ keyName, keyId }) => keyName === key.name && keyId === key.id);
      const [signature] = own;
      if (signature === undefined) throw new ProofError("unknown-signer", `The witness ${key.name} has not signed.`);
      if (own.length > 1) throw new ProofError("malformed", `The witness ${key.name} has signed the note twice.`);
      return verifyCosignature(text, signature, key);
    }),
  );
}

async function verifyCosignature(text: string, { signature: bytes }: NoteSignature, key: VerificationKey) {
  if (bytes.length !== timeBytes + signatureBytes) {
    throw new ProofError("malformed", `The cosignature of ${key.name} does not have a time and an Ed25519 signature.`);
  }
  const time = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  if (time > maxTime) throw new ProofError("malformed", `The cosignature of ${key.name} has no valid time.`);
  if (!(await isSignature(key, bytes.slice(timeBytes), cosignedMessage(text, time)))) {
    throw new ProofError("invalid-signature", `The cosignature of ${key.name} is not valid.`);
  }
  return { witness: key.name, time };
}

import { decodeBase64, encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { concatBytes } from "#shared/ledger/encoding/concat-bytes.ts";
import { decodeHex, encodeHex } from "#shared/ledger/encoding/hex.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { isKeyName } from "./verification-key.ts";

/** A signature of a note. Its key is that with this name and id, if the verifier knows one. */
export type NoteSignature = {
  readonly keyName: string;
  /** 8 hexadecimal digits. */
  readonly keyId: string;
  readonly signature: Uint8Array<ArrayBuffer>;
};

/** A text and its signatures, which are not verified (C2SP signed-note). */
export type SignedNote = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** Signatures of one note. The specification demands that at least 16 are accepted. */
export const maxSignatures = 16;

const keyIdBytes = 4;
const signaturePrefix = "\u2014 ";
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controlCharacter = /[\u0000-\u0009\u000b-\u001f]/;

/** Returns the note as text. `text` must end in a newline. */
export function formatSignedNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(formatSignature).join("")}`;
}

/** Parses a note. Throws `ProofError` if it is malformed or has more than `maxSignatures` signatures. */
export function parseSignedNote(note: string): SignedNote {
  if (!note.isWellFormed()) throw malformed("has half of a surrogate pair");
  if (note.includes("\r\n")) throw malformed("has line ends of Windows or e-mail (CR LF), which must be LF");
  if (controlCharacter.test(note)) throw malformed("has a control character other than a newline");
  if (!note.endsWith("\n")) throw malformed("does not end in a newline: it was cut off, or an editor has removed it");
  const end = note.lastIndexOf("\n\n");
  if (end === -1) throw malformed("has no empty line before its signatures");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > maxSignatures) throw malformed(`has more than ${maxSignatures} signatures`);
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

/** Returns the line of a signature. */
export function formatSignature({ keyName, keyId, signature }: NoteSignature): string {
  return `${signaturePrefix}${keyName} ${encodeBase64(concatBytes(decodeHex(keyId), signature))}\n`;
}

function parseSignature(line: string, at: number): NoteSignature {
  const subject = `Signature ${at + 1} of the note`;
  const [keyName = "", encoded, ...rest] = line.slice(signaturePrefix.length).split(" ");
  if (!line.startsWith(signaturePrefix) || !isKeyName(keyName) || encoded === undefined || rest.length > 0) {
    throw new ProofError("malformed", `${subject} is not a line of a dash, the name of a key and Base64.`);
  }
  const bytes = decodeBase64(encoded, subject);
  if (bytes.length <= keyIdBytes) throw new ProofError("malformed", `${subject} is too short.`);
  return { keyName, keyId: encodeHex(bytes.subarray(0, keyIdBytes)), signature: bytes.slice(keyIdBytes) };
}

function malformed(what: string): ProofError {
  return new ProofError("malformed", `The note ${what}.`);
}

import { ProofError } from "#shared/ledger/proof-error.ts";

/** Returns bytes as standard Base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * Returns the bytes of standard Base64. Throws `ProofError` if the text is not exactly what `encodeBase64` returns for them:
 * white space, missing padding and unused bits that are set are refused (RFC 4648, section 3.5). `subject` names the text.
 */
export function decodeBase64(text: string, subject: string): Uint8Array {
  const bytes = lenientBytes(text);
  if (bytes === null || encodeBase64(bytes) !== text) {
    throw new ProofError("malformed", `${subject} is not canonical Base64.`);
  }
  return bytes;
}

function lenientBytes(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

import { decodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { hashBytes } from "#shared/ledger/merkle/hashes.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** Returns the hash in a line. Throws `ProofError` if it is not the Base64 of 32 bytes. `subject` names the line. */
export function parseHash(line: string, subject: string): Uint8Array {
  const hash = decodeBase64(line, subject);
  if (hash.length === hashBytes) return hash;
  throw new ProofError("malformed", `${subject} has ${hash.length} bytes instead of ${hashBytes}.`);
}

import { sha256 } from "#sha256";
import { concatBytes } from "#shared/ledger/encoding/concat-bytes.ts";
import { decodeUtf8, encodeUtf8 } from "#shared/ledger/encoding/utf8.ts";
import type { EntryKind } from "#shared/ledger/entry.ts";
import { isEqualHash, leafHash } from "#shared/ledger/merkle/hashes.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { type EntryData, entryData, parseEntryData } from "./entry-data.ts";

/** An entry of a log, with the content whose digest it has. */
export type LoggedEntry = { readonly kind: EntryKind; readonly sealedAt: string; readonly canonical: string };

/** An entry as a proof has it. */
export type ProvenEntry = EntryData & {
  /** The content in canonical form; `null` if the proof does not disclose it. */
  readonly canonical: string | null;
  /** The hash of the leaf, which is still to be proven. */
  readonly leaf: Uint8Array;
};

/** Lines of the data of an entry. */
const entryLines = 4;
const newline = 0x0a;

/**
 * Returns the bytes that a proof has as extra data: the data of the entry, then its content in canonical form. With them, a
 * proof needs nothing else to be verified.
 */
export function formatLoggedEntry({ kind, sealedAt, canonical }: LoggedEntry): Uint8Array {
  const content = encodeUtf8(canonical);
  return concatBytes(entryData(kind, sealedAt, sha256(content)), content);
}

/**
 * Returns the entry in the extra data of a proof, which has the data of the entry and may have its content. Throws
 * `ProofError` if the bytes are malformed, or if the content does not have the digest of the entry.
 */
export function parseLoggedEntry(extra: Uint8Array): ProvenEntry {
  const end = endOfLines(extra);
  const data = extra.subarray(0, end);
  const content = extra.subarray(end);
  const entry = parseEntryData(data);
  const leaf = leafHash(data);
  if (content.length === 0) return { ...entry, canonical: null, leaf };
  if (isEqualHash(sha256(content), entry.sha256)) return { ...entry, canonical: decodeUtf8(content), leaf };
  throw new ProofError("wrong-content", "The content does not have the digest of its entry.");
}

/** Returns the number of bytes of the lines of the entry; 0 if there are fewer lines. */
function endOfLines(bytes: Uint8Array): number {
  let end = 0;
  for (let line = 0; line < entryLines; line += 1) {
    end = bytes.indexOf(newline, end) + 1;
    if (end === 0) return 0;
  }
  return end;
}

import type { EntryKind } from "#shared/ledger/entry.ts";
import { encodeHex } from "./hex.ts";

const encoder = new TextEncoder();

/**
 * Returns the data of an entry, which its leaf hashes: the version of the format, the kind, when it was sequenced
 * (ISO 8601 with milliseconds) and the digest that its kind defines, one a line.
 */
export function entryData(kind: EntryKind, sealedAt: string, sha256: Uint8Array): Uint8Array {
  return encoder.encode(`activity-log/v1\n${kind}\n${sealedAt}\n${encodeHex(sha256)}\n`);
}

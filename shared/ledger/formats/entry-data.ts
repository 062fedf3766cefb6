import { decodeHex, encodeHex } from "#shared/ledger/encoding/hex.ts";
import { decodeUtf8, encodeUtf8 } from "#shared/ledger/encoding/utf8.ts";
import type { EntryKind } from "#shared/ledger/entry.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { isTimestamp } from "#shared/platform/time/timestamp.ts";

/** What a leaf commits to. */
export type EntryData = {
  readonly kind: EntryKind;
  /** When the entry was sequenced: ISO 8601 with milliseconds. */
  readonly sealedAt: string;
  /** The digest of the content that the kind defines. */
  readonly sha256: Uint8Array;
};

const version = "activity-log/v1";
const digestPattern = /^[0-9a-f]{64}$/;

/** Returns the data of an entry, which its leaf hashes: the version of the format, kind, time and digest, one a line. */
export function entryData(kind: EntryKind, sealedAt: string, sha256: Uint8Array): Uint8Array {
  return encodeUtf8(entryText(kind, sealedAt, encodeHex(sha256)));
}

/** Returns the leaf hash of an entry. Faster than to hash the result of `entryData`. */
export function entryLeaf(kind: EntryKind, sealedAt: string, sha256: Uint8Array): Uint8Array {
  return entryLeafOfHex(kind, sealedAt, encodeHex(sha256));
}

/** As `entryLeaf`, for a digest in hexadecimal digits. */
export function entryLeafOfHex(kind: EntryKind, sealedAt: string, sha256: string): Uint8Array {
  return leafHash(entryText(kind, sealedAt, sha256));
}

/** Parses the data of an entry. Throws `ProofError` if it is not exactly what `entryData` returns. */
export function parseEntryData(data: Uint8Array): EntryData {
  const [first, kind = "", sealedAt = "", digest = "", end, ...rest] = decodeUtf8(data).split("\n");
  if (first !== version) throw malformed(`does not begin with the line ${version}`);
  if (!isEntryKind(kind)) throw malformed("is of an unknown kind");
  if (!isTimestamp(sealedAt)) throw malformed("has no valid time");
  if (!digestPattern.test(digest)) throw malformed("has no valid digest");
  if (end !== "" || rest.length > 0) throw malformed("does not have four lines");
  return { kind, sealedAt, sha256: decodeHex(digest) };
}

function entryText(kind: EntryKind, sealedAt: string, sha256: string): string {
  return `${version}\n${kind}\n${sealedAt}\n${sha256}\n`;
}

function isEntryKind(text: string): text is EntryKind {
  return text === "event" || text === "tamper" || text === "anchor";
}

function malformed(what: string): ProofError {
  return new ProofError("malformed", `The entry ${what}.`);
}

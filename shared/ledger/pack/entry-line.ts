import type { EntryKind } from "#shared/ledger/entry.ts";
import { entryLeafOfHex } from "#shared/ledger/formats/entry-data.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { parseJson } from "#shared/platform/json.ts";
import { isTimestamp } from "#shared/platform/time/timestamp.ts";

/**
 * Why an exported entry has no event: its kind is not shown, the stored event is not the one that was sequenced, the table
 * does not have it any more, or the export selects other events.
 */
export const omissionReasons = ["hidden", "tampered", "missing", "not_selected"] as const;

export type OmissionReason = (typeof omissionReasons)[number];

/** An entry of a log as an export has it: what its leaf commits to, and the event if it is disclosed. */
export type ExportedEntry = {
  readonly sequence: number;
  readonly kind: EntryKind;
  readonly sealed_at: string;
  /** SHA-256 of the content, in hexadecimal digits. */
  readonly sha256: string;
} & (
  | {
      /** The event in canonical form, which has the digest. */
      readonly event: string;
      readonly reason?: undefined;
    }
  | { readonly event: null; readonly reason: OmissionReason }
);

const digestPattern = /^[0-9a-f]{64}$/;
const kinds: readonly EntryKind[] = ["event", "tamper", "anchor"];

/** Returns an entry as a line of NDJSON, without its newline. */
export function formatEntryLine({ sequence, kind, sealed_at, sha256, event, reason }: ExportedEntry): string {
  return JSON.stringify({ sequence, kind, sealed_at, sha256, event, reason });
}

/** Parses a line. Throws `ProofError` `malformed` if it is not exactly what `formatEntryLine` returns for an entry. */
export function parseEntryLine(line: string): ExportedEntry {
  const entry = parseEntry(line);
  // Other fields, or a field twice, could show a reader something else than what is verified.
  if (formatEntryLine(entry) === line) return entry;
  throw malformed("has other fields than an entry, or is formatted in another way");
}

function parseEntry(line: string): ExportedEntry {
  const value = parseJson(line);
  if (typeof value !== "object" || value === null) throw malformed("is not a JSON object");
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { sequence, sealed_at, sha256, event, reason } = fields;
  const kind = kinds.find((known) => known === fields.kind);
  if (typeof sequence !== "number" || !Number.isSafeInteger(sequence) || sequence < 1)
    throw malformed("has no sequence");
  if (kind === undefined) throw malformed("is of an unknown kind");
  if (typeof sealed_at !== "string" || !isTimestamp(sealed_at)) throw malformed("has no valid time");
  if (typeof sha256 !== "string" || !digestPattern.test(sha256)) throw malformed("has no valid digest");
  const entry = { sequence, kind, sealed_at, sha256 };
  // SHA-256 is that of UTF-8, which has no halves of surrogate pairs.
  if (typeof event === "string" && !event.isWellFormed()) throw malformed("has an event that is not valid Unicode");
  if (event !== null && kind !== "event")
    throw malformed(`has the content of an entry of kind ${kind}, which is no event`);
  if (typeof event === "string" && reason === undefined) return { ...entry, event };
  const known = omissionReasons.find((candidate) => candidate === reason);
  if (event === null && known !== undefined) return { ...entry, event, reason: known };
  throw malformed("has neither an event nor the reason why it has none");
}

/** Returns the hash of the leaf of an entry. */
export function leafOf({ kind, sealed_at, sha256 }: ExportedEntry): Uint8Array {
  return entryLeafOfHex(kind, sealed_at, sha256);
}

function malformed(what: string): ProofError {
  return new ProofError("malformed", `The line ${what}.`);
}

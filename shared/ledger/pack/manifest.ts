import { ProofError } from "#shared/ledger/proof-error.ts";
import { parseJson } from "#shared/platform/json.ts";

export const packFormat = "activity-log-pack/v1";

/** The names of the files of a pack that a verifier reads, beside those with entries. */
export const packFiles = {
  manifest: "manifest.json",
  checkpoint: "checkpoint",
  /** The roots of the entries before the first one, if the pack does not begin with sequence 1. */
  frontier: "frontier.json",
  /** The proof that the checkpoint continues the last entry, if the pack ends before the checkpoint. */
  consistency: "consistency.txt",
} as const;

/** What a pack has. Nothing in it is trusted: the entries must lead to the checkpoint. */
export type PackManifest = {
  readonly format: typeof packFormat;
  /** The name of the log: the origin of its checkpoints. */
  readonly origin: string;
  /** The sequences of the first and the last entry. */
  readonly first: number;
  readonly last: number;
  /** If set, only the events of a time have their content. That these are all is not shown. */
  readonly selection: { readonly since: string | null; readonly until: string | null } | null;
  /** The files with entries, in order. */
  readonly files: readonly string[];
  readonly created_at: string;
};

const fileNamePattern = /^events-\d{9,16}\.jsonl$/;

/** Returns the name of the file whose first entry has a sequence. */
export function entryFileName(first: number): string {
  return `events-${String(first).padStart(9, "0")}.jsonl`;
}

/** Parses a manifest. Throws `ProofError` `malformed`. */
export function parseManifest(text: string): Omit<PackManifest, "created_at"> {
  const value = parseJson(text);
  const fields: Readonly<Record<string, unknown>> = typeof value === "object" && value !== null ? { ...value } : {};
  const { format, origin, first, last, files } = fields;
  if (format !== packFormat) throw malformed(`is not of the format ${packFormat}`);
  if (typeof origin !== "string") throw malformed("does not name the log");
  if (!isSequence(first) || !isSequence(last) || last < first) throw malformed("does not name its entries");
  if (!Array.isArray(files) || !files.every(isEntryFile)) throw malformed("does not name its files");
  // Each has an entry at least.
  if (files.length > last - first + 1) throw malformed("names more files than entries");
  return { format, origin, first, last, files, selection: parseSelection(fields.selection) };
}

function parseSelection(value: unknown): PackManifest["selection"] {
  if (value === null || value === undefined) return null;
  const { since = null, until = null }: Readonly<Record<string, unknown>> =
    typeof value === "object" ? { ...value } : {};
  return { since: since === null ? null : String(since), until: until === null ? null : String(until) };
}

function isSequence(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

/** Whether a file is one with entries. */
export function isEntryFileName(name: string): boolean {
  return fileNamePattern.test(name);
}

/** A name that leads out of the folder of the pack is refused with the others. */
function isEntryFile(value: unknown): value is string {
  return typeof value === "string" && isEntryFileName(value);
}

function malformed(what: string): ProofError {
  return new ProofError("malformed", `The manifest ${what}.`);
}

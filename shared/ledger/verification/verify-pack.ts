import { type Checkpoint, verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { assertLeadsTo } from "#shared/ledger/pack/assert-leads-to.ts";
import { type ExportedEntry, type OmissionReason, parseEntryLine } from "#shared/ledger/pack/entry-line.ts";
import { parseFrontier } from "#shared/ledger/pack/frontier-file.ts";
import { LogHasher } from "#shared/ledger/pack/log-hasher.ts";
import {
  entryFileName,
  isEntryFileName,
  type PackManifest,
  packFiles,
  parseManifest,
} from "#shared/ledger/pack/manifest.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { stateOf } from "./verify-file.ts";

/** Reads the files of a pack. All reject if they cannot. */
export type PackReader = {
  /** Returns the names of all files in the folder. */
  listFiles(): Promise<readonly string[]>;
  readText(name: string): Promise<string>;
  readLines(name: string): AsyncIterable<string>;
};

/** What a pack proves, and how many of its entries have their event. */
export type PackVerification = Pick<PackManifest, "origin" | "first" | "last" | "selection"> & {
  readonly proves: "pack";
  readonly events: number;
  /** Entries without their event, by the reason, which is not signed. */
  readonly omitted: Readonly<Partial<Record<OmissionReason, number>>>;
  /** Entries that are no events, such as refused changes. */
  readonly others: number;
  /** Of the checkpoint: its entries, and its root in Base64. */
  readonly size: number;
  readonly root: string;
};

/** What a pack proves, the state of the log that is signed, and the note that says so. */
export type VerifiedPack = {
  readonly verification: PackVerification;
  readonly states: readonly Checkpoint[];
  readonly note: string;
};

/** Entries that are hashed together: the most that are held at the same time. */
const batchSize = 256;

/**
 * Verifies a pack: computes each leaf and the root again, compares each event with its digest, and verifies the checkpoint by
 * the keys. Needs the memory of some hundred entries. Throws `ProofError` with the first defective sequence, if
 * one is known.
 */
export async function verifyPack(pack: PackReader, keys: readonly VerificationKey[]): Promise<VerifiedPack> {
  const manifest = parseManifest(await pack.readText(packFiles.manifest));
  const { origin, first, last, selection } = manifest;
  await assertListed(pack, manifest);
  const note = await pack.readText(packFiles.checkpoint);
  const checkpoint = await verifyCheckpoint(note, keys);
  if (checkpoint.origin !== origin) throw new ProofError("wrong-log", `The checkpoint is one of ${checkpoint.origin}.`);
  const frontier = first === 1 ? [] : parseFrontier(await pack.readText(packFiles.frontier), first - 1);
  const hasher = new LogHasher({ size: first - 1, frontier, sealed_at: "" });
  const count = new EntryCount(selection !== null);
  for await (const batch of readBatches(pack, manifest.files)) {
    hasher.add(batch);
    for (const entry of batch) count.add(entry);
  }
  const head = hasher.head();
  if (head.size !== last) throw new ProofError("wrong-size", `The last entry is ${head.size}, not ${last}.`);
  const isWhole = head.size === checkpoint.size;
  assertLeadsTo(head, checkpoint, isWhole ? null : await pack.readText(packFiles.consistency));
  const { events, omitted, others } = count;
  const found = { first, last, selection, events, omitted, others };
  return { verification: { proves: "pack", ...stateOf(checkpoint), ...found }, states: [checkpoint], note };
}

/** A file beside those of the manifest would not be verified, and a reader could take it for one that was. */
async function assertListed(pack: PackReader, { files }: Pick<PackManifest, "files">): Promise<void> {
  const listed = new Set(files);
  const other = (await pack.listFiles()).find((name) => isEntryFileName(name) && !listed.has(name));
  if (other === undefined) return;
  throw new ProofError("malformed", `The manifest does not list the file ${other}.`);
}

class EntryCount {
  events = 0;
  others = 0;
  readonly omitted: Partial<Record<OmissionReason, number>> = {};
  readonly #isSelection: boolean;

  constructor(isSelection: boolean) {
    this.#isSelection = isSelection;
  }

  /** Throws `ProofError` if an event was left out as not selected though nothing was selected. */
  add({ sequence, kind, reason }: ExportedEntry): void {
    if (reason === "not_selected" && !this.#isSelection) {
      throw new ProofError(
        "wrong-content",
        `Sequence ${sequence}: the event was left out, though nothing was selected.`,
      );
    }
    if (kind !== "event") this.others += 1;
    else if (reason === undefined) this.events += 1;
    else this.omitted[reason] = (this.omitted[reason] ?? 0) + 1;
  }
}

async function* readBatches(pack: PackReader, files: readonly string[]): AsyncGenerator<ExportedEntry[]> {
  let batch: ExportedEntry[] = [];
  for (const file of files) {
    let number = 0;
    for await (const line of pack.readLines(file)) {
      number += 1;
      const entry = parseLine(line, `${file}, line ${number}`);
      if (number === 1 && file !== entryFileName(entry.sequence)) {
        throw new ProofError("malformed", `The file ${file} begins with sequence ${entry.sequence}.`);
      }
      batch.push(entry);
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Parses a line. Throws `ProofError` with the position of the line. */
function parseLine(line: string, position: string): ExportedEntry {
  try {
    return parseEntryLine(line);
  } catch (error) {
    if (error instanceof ProofError) throw new ProofError(error.reason, `${position}: ${error.message}`);
    throw error;
  }
}

import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { assertLeadsTo } from "#shared/ledger/pack/assert-leads-to.ts";
import { type ExportedEntry, type OmissionReason, parseEntryLine } from "#shared/ledger/pack/entry-line.ts";
import { parseFrontier } from "#shared/ledger/pack/frontier-file.ts";
import { LogHasher } from "#shared/ledger/pack/log-hasher.ts";
import { type PackManifest, packFiles, parseManifest } from "#shared/ledger/pack/manifest.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** Reads the files of a pack. Both reject if a file does not exist. */
export type PackReader = {
  readText(name: string): Promise<string>;
  readLines(name: string): AsyncIterable<string>;
};

/** What a pack proves, and how many of its entries have their event. */
export type PackVerification = Pick<PackManifest, "origin" | "first" | "last" | "selection"> & {
  readonly proves: "pack";
  readonly events: number;
  /** Entries without their event, by the reason. */
  readonly omitted: Readonly<Partial<Record<OmissionReason, number>>>;
  /** Entries of the checkpoint. */
  readonly size: number;
};

/** Entries that are hashed together: the most that are held at the same time. */
const batchSize = 256;

/**
 * Verifies a pack: computes each leaf and the root again, compares each event with its digest, and verifies the checkpoint by
 * the keys. Needs the memory of some hundred entries. Throws `ProofError` with the first defective sequence, if
 * one is known.
 */
export async function verifyPack(pack: PackReader, keys: readonly VerificationKey[]): Promise<PackVerification> {
  const manifest = parseManifest(await pack.readText(packFiles.manifest));
  const { origin, first, last, selection, files } = manifest;
  const checkpoint = await verifyCheckpoint(await pack.readText(packFiles.checkpoint), keys);
  if (checkpoint.origin !== origin) throw new ProofError("wrong-log", `The checkpoint is one of ${checkpoint.origin}.`);
  const frontier = first === 1 ? [] : parseFrontier(await pack.readText(packFiles.frontier), first - 1);
  const hasher = new LogHasher({ size: first - 1, frontier, sealed_at: "" });
  const omitted: Partial<Record<OmissionReason, number>> = {};
  let events = 0;
  for await (const batch of readBatches(pack, files)) {
    hasher.add(batch);
    for (const { sequence, reason } of batch) {
      if (reason === "not_selected" && selection === null) {
        throw new ProofError(
          "wrong-content",
          `Sequence ${sequence}: the event was left out, though nothing was selected.`,
        );
      }
      if (reason === undefined) events += 1;
      else omitted[reason] = (omitted[reason] ?? 0) + 1;
    }
  }
  const head = hasher.head();
  if (head.size !== last) throw new ProofError("wrong-size", `The last entry is ${head.size}, not ${last}.`);
  const isWhole = head.size === checkpoint.size;
  assertLeadsTo(head, checkpoint, isWhole ? null : await pack.readText(packFiles.consistency));
  return { proves: "pack", origin, first, last, selection, events, omitted, size: checkpoint.size };
}

async function* readBatches(pack: PackReader, files: readonly string[]): AsyncGenerator<ExportedEntry[]> {
  let batch: ExportedEntry[] = [];
  for (const file of files) {
    let number = 0;
    for await (const line of pack.readLines(file)) {
      number += 1;
      batch.push(parseLine(line, `${file}, line ${number}`));
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

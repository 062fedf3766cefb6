import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject } from "#shared/events/text/json.ts";
import { decodeBase64, encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { parseCheckpoint, verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { assertLeadsTo } from "#shared/ledger/pack/assert-leads-to.ts";
import type { ExportedEntry } from "#shared/ledger/pack/entry-line.ts";
import { formatFrontier } from "#shared/ledger/pack/frontier-file.ts";
import { type LogEnd, LogHasher } from "#shared/ledger/pack/log-hasher.ts";
import { type PackManifest, packFiles, packFormat } from "#shared/ledger/pack/manifest.ts";
import { parseJson } from "#shared/platform/json.ts";
import type { TimeRange } from "#shared/platform/time/time-range.ts";
import { isTimestamp } from "#shared/platform/time/timestamp.ts";
import { EntryFile, entriesPerFile } from "./entry-files.ts";
import {
  type ExportSettings,
  type ExportState,
  loadState,
  removeState,
  saveState,
  writeWhole,
} from "./export-state.ts";
import type { LogSource } from "./log-source.ts";
import { formatPackReadme } from "./pack-readme.ts";

export type ExportPorts = {
  readonly source: LogSource;
  readonly folder: string;
  /** The verifier for the pack; `null` without one. */
  readonly verifier: string | null;
  /** The moments between which events are selected. An export that continues keeps those of its beginning. */
  readonly range: TimeRange;
  /** The verification key, if the signature of the checkpoint is to be verified. */
  readonly key: string | null;
  now(): Date;
  /** Called after each page, with the sequences that are exported so far. */
  onProgress(progress: ExportProgress): void;
};

export type ExportProgress = { readonly after: number; readonly done: number; readonly last: number };

export type ExportResult = {
  readonly manifest: PackManifest;
  /** Events that the table does not have as they were sequenced. */
  readonly withheld: number;
  readonly isSigned: boolean;
  readonly hasVerifier: boolean;
};

/** The log has no entries in the range. */
export class EmptyRangeError extends Error {
  override readonly name = "EmptyRangeError";
}

/**
 * Exports entries into a folder, as a pack, or continues an export that was interrupted. Computes the leaves and the root as
 * it writes, and needs the memory of one page. Throws `ProofError` with the sequence if an entry is not what
 * the checkpoint covers, and `EmptyRangeError`.
 */
export async function exportLog(ports: ExportPorts, settings: ExportSettings): Promise<ExportResult> {
  const { folder, source, onProgress } = ports;
  await mkdir(folder, { recursive: true });
  let state = (await loadState(folder, settings)) ?? (await begin(ports, settings));
  if (ports.key !== null) await verifyCheckpoint(state.checkpoint, [parseVerificationKey(ports.key)]);
  const { range } = state;
  const hasher = new LogHasher(toEnd(state.end));
  while (state.end.size < state.last) {
    const file = await EntryFile.create(folder, state.end.size + 1, settings.format);
    let { withheld } = state;
    try {
      const fileEnd = Math.min(state.last, nextFileEnd(state.end.size));
      while (hasher.end.size < fileEnd) {
        const entries = await source.readEntries(hasher.end.size, fileEnd - hasher.end.size);
        hasher.add(entries);
        withheld += entries.filter(isWithheld).length;
        await file.write(entries.map((entry) => select(entry, range)));
        onProgress({ after: settings.after, done: hasher.end.size, last: state.last });
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.complete();
    state = { ...state, withheld, files: [...state.files, file.name], end: fromEnd(hasher.end) };
    await saveState(folder, state);
  }
  return finish(ports, settings, { state, hasher });
}

/** Fetches the checkpoint, and the roots of what comes before the range. */
async function begin({ source, folder, range }: ExportPorts, settings: ExportSettings): Promise<ExportState> {
  const { after, until_sequence } = settings;
  const checkpoint = await source.getCheckpoint(until_sequence);
  const { size } = parseCheckpoint(parseSignedNote(checkpoint).text);
  const last = until_sequence ?? size;
  if (last <= after) throw new EmptyRangeError(`The log has no entries after ${after}: its checkpoint covers ${size}.`);
  const frontier = after === 0 ? [] : await source.readFrontier(after, size);
  if (after > 0) await writeWhole(join(folder, packFiles.frontier), formatFrontier(frontier));
  await writeWhole(join(folder, packFiles.checkpoint), checkpoint);
  const state = {
    settings,
    range,
    checkpoint,
    last,
    files: [],
    withheld: 0,
    end: fromEnd({ size: after, frontier, sealed_at: "" }),
  };
  await saveState(folder, state);
  return state;
}

type Written = { readonly state: ExportState; readonly hasher: LogHasher };

async function finish(ports: ExportPorts, settings: ExportSettings, { state, hasher }: Written): Promise<ExportResult> {
  const { source, folder, verifier, key, now } = ports;
  const checkpoint = parseCheckpoint(parseSignedNote(state.checkpoint).text);
  const consistency = state.last === checkpoint.size ? null : await source.getConsistency(state.last, checkpoint.size);
  if (consistency !== null) await writeWhole(join(folder, packFiles.consistency), consistency);
  assertLeadsTo(hasher.head(), checkpoint, consistency);
  const { since, until } = state.range;
  const manifest: PackManifest = {
    format: packFormat,
    origin: checkpoint.origin,
    first: settings.after + 1,
    last: state.last,
    selection: since === null && until === null ? null : { since, until },
    files: state.files,
    created_at: now().toISOString(),
  };
  await writeWhole(join(folder, "README.txt"), formatPackReadme(manifest));
  if (verifier !== null) await writeWhole(join(folder, "verify.mjs"), verifier);
  // Last: a folder with a manifest is complete.
  await writeWhole(join(folder, packFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
  await removeState(folder);
  return { manifest, withheld: state.withheld, isSigned: key !== null, hasVerifier: verifier !== null };
}

/** Files end at multiples of their size, so that exports of the same log have the same files. */
function nextFileEnd(size: number): number {
  return (Math.floor(size / entriesPerFile) + 1) * entriesPerFile;
}

function isWithheld({ kind, reason }: ExportedEntry): boolean {
  return kind === "event" && (reason === "missing" || reason === "tampered");
}

/** Leaves out the event of an entry that occurred outside of the selection. */
function select(entry: ExportedEntry, { since, until }: TimeRange): ExportedEntry {
  if (entry.event === null || (since === null && until === null)) return entry;
  const parsed = parseJson(entry.event);
  const at = isJsonObject(parsed) ? String(parsed.occurred_at) : "";
  const isSelected = isTimestamp(at) && (since === null || at >= since) && (until === null || at <= until);
  return isSelected ? entry : { ...entry, event: null, reason: "not_selected" };
}

function fromEnd({ size, frontier, sealed_at }: LogEnd): ExportState["end"] {
  return { size, frontier: frontier.map(encodeBase64), sealed_at };
}

function toEnd({ size, frontier, sealed_at }: ExportState["end"]): LogEnd {
  return { size, frontier: frontier.map((hash) => decodeBase64(hash, "A hash of the export")), sealed_at };
}

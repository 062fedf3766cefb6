import { sha256 } from "#sha256";
import { type Chunk, chunkEntries } from "#shared/ledger/chunk.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import { entryLeaf } from "#shared/ledger/formats/entry-data.ts";
import type { TreeHead } from "#shared/ledger/merkle/consistency.ts";
import { appendLeaves, type Frontier, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";
import { isEntryOf } from "./is-entry-of.ts";
import type { LogDefect } from "./log-defect.ts";

/** What a log consists of, as it is stored. */
export type StoredLog = {
  /** The chunks in the order of their keys. */
  readonly chunks: AsyncIterable<Chunk> | Iterable<Chunk>;
  /** Returns the canonical form of each event, in order; `null` for one that the table does not have. */
  readonly getCanonicalEvents: (entries: readonly EventEntry[]) => Promise<readonly (string | null)[]>;
};

/** The log up to a chunk. */
type LogEnd = { readonly size: number; readonly frontier: Frontier; readonly sealedAt: string };

/**
 * Recomputes each leaf and the root of a log up to a checkpoint, whose signature the caller has verified, and compares each
 * event with its entry. Returns the first defect; `null` if the log is exactly the one that was signed.
 *
 * A changed event is found by its sequence. A changed chunk is found as a whole, because its root names no entry. A log that
 * was rewritten consistently differs only in its root: some entry at or before the checkpoint was changed.
 */
export async function verifyLog(
  checkpoint: TreeHead,
  { chunks, getCanonicalEvents }: StoredLog,
): Promise<LogDefect | null> {
  let end: LogEnd = { size: 0, frontier: [], sealedAt: "" };
  for await (const chunk of chunks) {
    if (end.size >= checkpoint.size) break;
    const leaves = chunk.entries.map(({ kind, sha256 }) => entryLeaf(kind, chunk.sealed_at, sha256));
    const next = appendChunk(end, chunk, leaves);
    const defect = chunkDefect(end, chunk, next) ?? (await eventDefect(chunk, getCanonicalEvents));
    if (defect !== null) return defect;
    const covered = leaves.slice(0, checkpoint.size - end.size);
    if (covered.length < leaves.length) return rootDefect(checkpoint, appendLeaves(end.frontier, end.size, covered));
    end = next;
  }
  return end.size < checkpoint.size ? endDefect(checkpoint, end) : rootDefect(checkpoint, end.frontier);
}

function appendChunk({ size, frontier }: LogEnd, chunk: Chunk, leaves: readonly Uint8Array[]): LogEnd {
  return { size: size + leaves.length, frontier: appendLeaves(frontier, size, leaves), sealedAt: chunk.sealed_at };
}

function chunkDefect(end: LogEnd, chunk: Chunk, next: LogEnd): LogDefect | null {
  const first = end.size + 1;
  if (chunk.first > end.size) return { part: "chunk", first, last: chunk.first, problem: "the chunk is missing" };
  const problem = chunkProblem(end, chunk, next);
  return problem === null ? null : { part: "chunk", first, last: Math.max(first, chunk.size, next.size), problem };
}

/** Returns what is wrong with a chunk after `end`; `next` is the log with its entries. */
function chunkProblem(end: LogEnd, chunk: Chunk, next: LogEnd): string | null {
  if (chunk.first !== end.size) return `the chunk begins with sequence ${chunk.first + 1} again`;
  if (chunk.entries.length === 0) return "the chunk has no entries";
  if (chunk.size !== next.size) return `the chunk has ${chunk.entries.length} entries, but ends at ${chunk.size}`;
  if (tileOf(chunk.first) !== tileOf(chunk.size - 1)) return `the chunk crosses a multiple of ${chunkEntries}`;
  if (chunk.sealed_at < end.sealedAt) return "the chunk is older than the one before";
  if (!isEqualHash(chunk.root, rootOf(next.frontier))) return "the entries do not have the root of the chunk";
  if (!isEqualFrontier(chunk.frontier, next.frontier)) return "the entries do not have the frontier of the chunk";
  return null;
}

async function eventDefect(
  { first, entries }: Chunk,
  getCanonicalEvents: StoredLog["getCanonicalEvents"],
): Promise<LogDefect | null> {
  const events = entries.flatMap((entry, at) => (entry.kind === "event" ? [{ entry, sequence: first + at + 1 }] : []));
  const canonical = await getCanonicalEvents(events.map(({ entry }) => entry));
  for (const [at, { entry, sequence }] of events.entries()) {
    const problem = eventProblem(entry, canonical[at] ?? null);
    if (problem !== null) return { part: "event", first: sequence, last: sequence, problem };
  }
  return null;
}

function eventProblem(entry: EventEntry, canonical: string | null): string | null {
  if (canonical === null) return "the event is missing";
  if (!isEqualHash(sha256(canonical), entry.sha256)) return "the event was changed";
  if (!isEntryOf(entry, canonical)) return "the entry does not repeat its event";
  return null;
}

function endDefect({ size }: TreeHead, end: LogEnd): LogDefect {
  return { part: "log", first: end.size + 1, last: size, problem: "the log ends before the checkpoint" };
}

function rootDefect({ size, root }: TreeHead, frontier: Frontier): LogDefect | null {
  if (isEqualHash(root, rootOf(frontier))) return null;
  return { part: "log", first: 1, last: size, problem: "the entries do not have the root of the checkpoint" };
}

function tileOf(index: number): number {
  return Math.floor(index / chunkEntries);
}

function isEqualFrontier(one: Frontier, other: Frontier): boolean {
  return one.length === other.length && one.every((hash, at) => isEqualHash(hash, other[at] ?? new Uint8Array()));
}

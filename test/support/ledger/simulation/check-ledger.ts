import { createHash } from "node:crypto";
import { type Chunk, chunkEntries } from "#shared/ledger/chunk.ts";
import type { LedgerEntry } from "#shared/ledger/entry.ts";
import { rootOf, type SubtreeRoot } from "#shared/ledger/merkle/frontier.ts";
import { reconcilerShard } from "#shared/ledger/sequencer/appended-records.ts";
import { testSource } from "#test/support/ledger/entries.ts";
import { referenceRoot } from "#test/support/ledger/reference-tree.ts";
import type { SimulatedRun } from "./sequencer-simulation.ts";
import type { CommittedRecord } from "./simulated-stream.ts";

/**
 * Returns everything in which a ledger is not as the sequencer and the reconciler must leave it, in words. Empty if all is
 * right.
 */
export function findViolations({ ledger, records, errors, discarded }: SimulatedRun): string[] {
  const committed = new Map(records.map((record) => [keyOf(record.entry), record]));
  const violations = errors.map((error) => `error: ${error}`);
  const found = new Set<string>();
  for (const [log, chunks] of ledger.logs) {
    violations.push(...chainViolations(log, chunks), ...treeViolations(log, chunks, ledger.tileRoots.get(log) ?? []));
    const commits = new Map<string, number>();
    for (const chunk of chunks.filter(({ source }) => source.shard !== testSource.shard)) {
      violations.push(...sourceViolations(log, chunk, committed));
      for (const entry of chunk.entries) {
        const key = keyOf(entry);
        const record = committed.get(key);
        if (found.has(key)) violations.push(`${log} has commit ${record?.commit} twice`);
        found.add(key);
        if (record === undefined) violations.push(`${log} has an entry that was never committed`);
        else if (chunk.source.shard === reconcilerShard) continue;
        else if (record.commit < (commits.get(record.document) ?? -1)) {
          violations.push(`${log} has commit ${record.commit} of ${record.document} too late`);
        } else commits.set(record.document, record.commit);
      }
    }
  }
  // The reconciler gives back events, and nothing else that was discarded.
  const isLost = (record: CommittedRecord) => record.stored === null && discarded.has(record);
  const missing = [...committed].filter(([key, record]) => !found.has(key) && !isLost(record));
  return [...violations, ...missing.map(([, { log, commit }]) => `${log} lacks commit ${commit}`)];
}

function keyOf({ sha256 }: LedgerEntry): string {
  return Buffer.from(sha256).toString("hex");
}

/** Checks that chunks follow each other without a gap and in the order of time. */
function chainViolations(log: string, chunks: readonly Chunk[]): string[] {
  return chunks.flatMap(({ first, size, sealed_at, entries }, at) => {
    const before = chunks[at - 1];
    const isNext = first === (before?.size ?? 0) && size === first + entries.length && entries.length > 0;
    const isWithinTile = Math.floor(first / chunkEntries) === Math.floor((size - 1) / chunkEntries);
    const isLater = sealed_at >= (before?.sealed_at ?? "");
    return isNext && isWithinTile && isLater ? [] : [`${log} has a chunk ${first} to ${size} after ${before?.size}`];
  });
}

/** Checks that all entries of a chunk come from its shard and log, and that it names the last of them. */
function sourceViolations(log: string, chunk: Chunk, committed: ReadonlyMap<string, CommittedRecord>): string[] {
  const { entries, source, first } = chunk;
  const records = entries.map((entry) => committed.get(keyOf(entry)));
  const isReconciled = source.shard === reconcilerShard;
  if (isReconciled) {
    return records.every((record) => record?.stored?.orgId === log) ? [] : [`${log} has a chunk ${first} of others`];
  }
  const isOfSource = records.every((record) => record?.shard === source.shard && record.log === log);
  const isLast = String(records.at(-1)?.sequenceNumber) === source.upTo;
  return isOfSource && isLast ? [] : [`${log} has a chunk ${first} of another source`];
}

/** Checks the hashes against the definition of the Merkle tree. Those of the last chunk follow from all before it. */
function treeViolations(log: string, chunks: readonly Chunk[], tileRoots: readonly SubtreeRoot[]): string[] {
  const last = chunks.at(-1);
  if (last === undefined) return [];
  const leaves = chunks.flatMap(leavesOf);
  const areEqual = (found: readonly Uint8Array[], ranges: readonly Range[]) =>
    Buffer.concat(found).equals(Buffer.concat(ranges.map(({ start, end }) => referenceRoot(leaves.slice(start, end)))));
  const tiles = Array.from({ length: Math.floor(last.size / chunkEntries) }, (_, tile) => ({
    start: tile * chunkEntries,
    end: (tile + 1) * chunkEntries,
  }));
  const hashes = tileRoots.map(({ hash }) => hash);
  return [
    ...chunks
      .filter(({ root, frontier }) => Buffer.compare(root, rootOf(frontier)) !== 0)
      .map(({ first }) => `root ${first}`),
    ...(areEqual([last.root], [{ start: 0, end: last.size }]) ? [] : ["root"]),
    ...(areEqual(last.frontier, perfectSubtrees(last.size)) ? [] : ["frontier"]),
    ...(areEqual(hashes, tiles) ? [] : ["roots of tiles"]),
  ].map((wrong) => `${log} has a wrong ${wrong}`);
}

type Range = { readonly start: number; readonly end: number };

/** Returns the ranges of the largest perfect subtrees, left to right. */
function perfectSubtrees(size: number): Range[] {
  const ranges: Range[] = [];
  for (let start = 0; start < size; start = ranges.at(-1)?.end ?? size) {
    ranges.push({ start, end: start + 2 ** Math.floor(Math.log2(size - start)) });
  }
  return ranges;
}

function leavesOf({ entries, sealed_at }: Chunk): Uint8Array[] {
  return entries.map((entry) =>
    createHash("sha256")
      .update(`\u0000activity-log/v1\n${entry.kind}\n${sealed_at}\n${keyOf(entry)}\n`)
      .digest(),
  );
}

import type { Chunk } from "#shared/ledger/chunk.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import {
  addEntry,
  addEvent,
  type EventRange,
  findRange,
  fingerprintOf,
  isComplete,
  maxRanges,
  mergePairs,
} from "./event-range.ts";
import type { ReconcilePorts } from "./ports.ts";
import type { ReconcileRun } from "./reconcile-run.ts";

/** Fingerprints that are kept, of 8 bytes each. A range with more entries is listed by itself. */
const maxListed = 16_000;

/** Sums up the next page of events. */
export async function readEvents(run: ReconcileRun, log: string, { events }: ReconcilePorts): Promise<void> {
  const { keys, next } = await events.listKeys(log, { since: null, after: run.after, until: run.startedAt });
  for (const key of keys) {
    addEvent(run.ranges, key, run.capacity);
    if (run.ranges.length <= maxRanges) continue;
    run.ranges = mergePairs(run.ranges);
    run.capacity *= 2;
  }
  run.counts.events += keys.length;
  run.after = next;
  if (next === null) run.step = "entries";
}

/** Subtracts the next page of entries. */
export async function compareEntries(run: ReconcileRun, log: string, { ledger }: ReconcilePorts): Promise<void> {
  const { chunks, next } = await ledger.listChunks(log, { from: run.comparedTo, isConsistent: true });
  for (const entry of eventEntries(chunks, run.comparedTo)) addEntry(run.ranges, entry);
  run.comparedTo = chunks.at(-1)?.size ?? run.comparedTo;
  if (next !== null) return;
  run.ranges = run.ranges.filter((range) => !isComplete(range));
  run.differing = run.ranges.length;
  startGroup(run);
}

/** Lists the next page of entries that are in the ranges of the group. */
export async function listEntries(run: ReconcileRun, log: string, { ledger }: ReconcilePorts): Promise<void> {
  const { chunks, next } = await ledger.listChunks(log, { from: run.listedTo, isConsistent: true });
  const group = run.ranges.slice(0, run.group);
  for (const entry of eventEntries(chunks, run.listedTo)) {
    if (findRange(group, entry) !== null) run.listed.add(fingerprintOf(entry));
  }
  run.listedTo = chunks.at(-1)?.size ?? run.listedTo;
  if (next === null) run.step = "append";
}

/** Removes the first range, which is done, and goes on with the next one. */
export function finishRange(run: ReconcileRun): void {
  run.ranges.shift();
  run.after = null;
  run.group -= 1;
  if (run.group === 0) startGroup(run);
}

/** Yields the event entries of chunks from an index on, at which the first chunk need not begin. */
export function* eventEntries(chunks: readonly Chunk[], from: number): Generator<EventEntry> {
  for (const { first, entries } of chunks) {
    for (const [at, entry] of entries.entries()) if (entry.kind === "event" && first + at >= from) yield entry;
  }
}

/** Takes as many of the next ranges as have few entries together. The log need not be read for ranges without entries. */
function startGroup(run: ReconcileRun): void {
  run.group = groupLength(run.ranges);
  run.listed = new Set();
  const isEmpty = run.ranges.slice(0, run.group).every(({ entries }) => entries === 0);
  run.listedTo = isEmpty ? run.comparedTo : 0;
  run.step = run.group === 0 ? "done" : "list";
}

function groupLength(ranges: readonly EventRange[]): number {
  let sum = 0;
  const end = ranges.findIndex(({ entries }, at) => {
    sum += entries;
    return sum > maxListed && at > 0;
  });
  return end === -1 ? ranges.length : end;
}

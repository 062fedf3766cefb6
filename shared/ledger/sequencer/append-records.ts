import type { Chunk } from "#shared/ledger/chunk.ts";
import { withoutAppended } from "./appended-records.ts";
import { nextChunk, roomAfter } from "./next-chunk.ts";
import type { SequencerPorts, SequencerRecord } from "./ports.ts";
import { skipReconciled } from "./skip-reconciled.ts";

/** The records of one shard that one log is to have. */
export type LogRecords = {
  readonly shard: string;
  readonly log: string;
  readonly records: readonly SequencerRecord[];
  /** The last chunk of the log, as read before the records were claimed. */
  readonly head: Chunk | null;
  /** Where to look for records that were appended before; `null` if they were never claimed before. */
  readonly scanFrom: number | null;
};

export type AppendedRecords = {
  /** Entries that this call appended. */
  readonly entries: number;
  /** How often another chunk was where one was to be stored. */
  readonly conflicts: number;
  /** Whether the head of the log set its time more than a minute ahead of the clock. */
  readonly isClockAhead: boolean;
};

export type AppendPorts = Omit<SequencerPorts, "claims">;

/** What is known of a log: its last chunk, and the records that are not in it. */
type Progress = { readonly head: Chunk | null; readonly rest: readonly SequencerRecord[] };

/** How far the head of a log may be ahead of the clock. */
const toleratedLeadMs = 60_000;

/** Appends records to a log, in their order, unless they are in it. Throws if a call fails. */
export async function appendRecords(
  { shard, log, records, head, scanFrom }: LogRecords,
  { ledger, now, waitAfterConflict }: AppendPorts,
): Promise<AppendedRecords> {
  const result = { entries: 0, conflicts: 0, isClockAhead: false };
  const skipAppended = (progress: Progress, from: number) => skipRecords(ledger, { shard, log, from }, progress);

  let progress: Progress = { head, rest: await skipReconciled(ledger, log, { head, records }) };
  if (scanFrom !== null) progress = await skipAppended(progress, scanFrom);
  while (progress.rest.length > 0) {
    const added = progress.rest.slice(0, roomAfter(progress.head));
    const time = now();
    if (leadMs(progress.head, time) > toleratedLeadMs) {
      result.isClockAhead ||= await hasSetTime(ledger, log, progress.head);
    }
    const source = { shard, upTo: String(added.at(-1)?.sequenceNumber) };
    const entries = added.map(({ entry }) => entry);
    const { chunk, tileRoots } = nextChunk(progress.head, entries, { now: time, source });
    if (await ledger.put(log, chunk, tileRoots)) {
      result.entries += added.length;
      progress = { head: chunk, rest: progress.rest.slice(added.length) };
    } else {
      result.conflicts += 1;
      await waitAfterConflict();
      // What is there may be our own, if the response to the write was lost.
      progress = await skipAppended(progress, chunk.first);
    }
  }
  return result;
}

type Scan = { readonly shard: string; readonly log: string; readonly from: number };

/** Reads all chunks from an index on. Returns the last one, and the records that none of them has. */
async function skipRecords(
  ledger: SequencerPorts["ledger"],
  { shard, log, from }: Scan,
  progress: Progress,
): Promise<Progress> {
  let { head, rest } = progress;
  for (let next: number | null = from; next !== null; ) {
    const page = await ledger.listChunks(log, { from: next, isConsistent: true });
    for (const chunk of page.chunks) rest = withoutAppended(rest, chunk, shard);
    head = page.chunks.at(-1) ?? head;
    next = page.next;
  }
  return { head, rest };
}

/**
 * Whether a chunk has set the time of its log, rather than taken that of the chunk before. Later chunks take it until it has
 * come: each of them would be reported again, for a year if the clock was, and a new wrong time would not be seen.
 */
async function hasSetTime(ledger: SequencerPorts["ledger"], log: string, chunk: Chunk | null): Promise<boolean> {
  if (chunk === null || chunk.first === 0) return chunk !== null;
  const { chunks } = await ledger.listChunks(log, { from: chunk.first - 1, limit: 1 });
  return chunks[0]?.sealed_at !== chunk.sealed_at;
}

function leadMs(head: Chunk | null, now: Date): number {
  return head === null ? 0 : Date.parse(head.sealed_at) - now.getTime();
}

import { toleratedSkewMs } from "#shared/events/clock-skew.ts";
import { type Chunk, chunkEntries } from "#shared/ledger/chunk.ts";
import { findStartTile } from "#shared/ledger/feed/find-start-tile.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { reconcilerShard, withoutEvents } from "./appended-records.ts";
import type { SequencerRecord } from "./ports.ts";

type LogEnd = { readonly head: Chunk | null; readonly records: readonly SequencerRecord[] };

/**
 * Returns the records that the reconciler has not appended up to the head of their log. Reads nothing unless a writer's clock
 * was slow. Only what follows the head may be appended meanwhile, and a chunk that is stored there makes the sequencer look.
 */
export async function skipReconciled(
  ledger: Pick<LedgerReader, "getChunk" | "listChunks">,
  log: string,
  { head, records }: LogEnd,
): Promise<readonly SequencerRecord[]> {
  const since = Math.min(...records.map(({ reconcilableSince }) => reconcilableSince?.getTime() ?? Infinity));
  if (head === null || since === Infinity) return records;
  const timeOfTile = async (tile: number) => {
    const chunk = await ledger.getChunk(log, tile * chunkEntries);
    // An eventually consistent read may lack the newest: its time is later than any that is looked for.
    return chunk === null ? Infinity : Date.parse(chunk.sealed_at);
  };
  const tile = await findStartTile(head.size, since - toleratedSkewMs, timeOfTile);
  let rest = records;
  for (let next: number | null = tile * chunkEntries; next !== null; ) {
    const page = await ledger.listChunks(log, { from: next, isConsistent: true });
    for (const { source, entries } of page.chunks) {
      if (source.shard === reconcilerShard) rest = withoutEvents(rest, entries);
    }
    next = page.next;
  }
  return rest;
}

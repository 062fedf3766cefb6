import type { Chunk } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import type { LogRecords } from "./append-records.ts";
import { maxConcurrentLogs, type SequencerPorts, type SequencerRecord } from "./ports.ts";
import { type RefusedRecord, toRefused, unlessDamaged } from "./refused-record.ts";
import { initialClaim, nextClaim, repeatedLogs } from "./shard-claim.ts";

export type ClaimedRecords = {
  readonly logs: readonly LogRecords[];
  readonly refused: readonly RefusedRecord[];
  /** How often another sequencer claimed records of the shard first. */
  readonly conflicts: number;
};

/** Claims the records that are not known to be in the ledger, and returns them by log. */
export async function claimRecords(
  shard: string,
  records: readonly SequencerRecord[],
  { ledger, claims, waitAfterConflict }: SequencerPorts,
): Promise<ClaimedRecords> {
  for (let conflicts = 0; ; conflicts++) {
    const before = (await claims.get(shard)) ?? initialClaim;
    const open = records.filter(({ sequenceNumber }) => sequenceNumber > before.sequencedTo);
    const [first] = open;
    const last = open.at(-1);
    if (first === undefined || last === undefined) return { logs: [], refused: [], conflicts };

    // Read before the claim is stored: the claim says that the records are not in front of these ends.
    const read = await readHeads(open, ledger);
    const refused = read.flatMap(({ records: own, head }) => toRefused(own, head));
    const usable = read.flatMap(({ head, ...log }) => (head instanceof DamagedChunkError ? [] : [{ ...log, head }]));
    const logSizes = new Map(usable.map(({ log, head }) => [log, head?.size ?? 0]));
    const range = { first: first.sequenceNumber, last: last.sequenceNumber, logSizes };
    if (await claims.put(shard, nextClaim(before, range))) {
      const repeated = repeatedLogs(before, first.sequenceNumber);
      const logs = usable.map((log) => ({ ...log, shard, scanFrom: repeated.get(log.log) ?? null }));
      return { logs, refused, conflicts };
    }
    await waitAfterConflict();
  }
}

type LogHead = Pick<LogRecords, "log" | "records"> & { readonly head: Chunk | DamagedChunkError | null };

/** Groups records by their log, and reads the last chunk of each. */
async function readHeads(records: readonly SequencerRecord[], ledger: SequencerPorts["ledger"]): Promise<LogHead[]> {
  const byLog = [...Map.groupBy(records, ({ log }) => log)];
  return mapWithConcurrency(byLog, maxConcurrentLogs, async ([log, own]) => {
    return { log, records: own, head: await unlessDamaged(ledger.getNewestChunk(log, true)) };
  });
}

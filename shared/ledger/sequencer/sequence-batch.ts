import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { type AppendedRecords, appendRecords, type LogRecords } from "./append-records.ts";
import { claimRecords, type FailedLog } from "./claim-records.ts";
import { maxConcurrentLogs, type SequencerPorts, type SequencerRecord } from "./ports.ts";

export type SequencedBatch = {
  /** Entries that this call appended. Records that were in the ledger already are not counted. */
  readonly entries: number;
  /** How often another sequencer was first. */
  readonly conflicts: number;
  /** Whether the last chunk of a log set its time more than a minute ahead of the clock: a clock was wrong. */
  readonly isClockAhead: boolean;
  /** The logs that do not have all their records. The others do: no log stops another one. */
  readonly failed: readonly FailedLog[];
};

/**
 * Appends a batch of one shard's records, in their order, to their logs. Each record is appended once, in whatever order
 * batches are repeated and however many sequencers run at the same time. When it returns, all records are in the ledger,
 * except those of failed logs. The batch must be repeated if it throws, and for logs that failed.
 *
 * Why each record is appended exactly once:
 *
 * 1. The key of a chunk is the size of its log, and a chunk is stored only where no chunk is. So it is always the last one,
 *    and its sequencer has read every chunk that was added since it claimed the records.
 * 2. The claims of a shard are totally ordered. A sequencer that claims records again sees the claim before it, and looks
 *    for them from an end of the log that was read before they were first claimed.
 * 3. A sequencer that was delayed meanwhile finds a chunk where its own was to be, and the records in it or after it.
 * 4. Claimed records count as finished only when a batch starts after them. Lambda starts it only when they are.
 *
 * No step depends on a clock, and sequencers of different shards only meet at (1).
 */
export async function sequenceBatch(
  shard: string,
  records: readonly SequencerRecord[],
  ports: SequencerPorts,
): Promise<SequencedBatch> {
  const { logs, failed: unread, conflicts } = await claimRecords(shard, records, ports);
  const appended: AppendedRecords[] = [];
  const failed: FailedLog[] = [...unread];
  const append = async (log: LogRecords): Promise<void> => {
    try {
      appended.push(await appendRecords(log, ports));
    } catch (error) {
      failed.push({ log: log.log, records: log.records, error });
    }
  };
  await mapWithConcurrency(logs, maxConcurrentLogs, append);
  return {
    entries: sum(appended.map(({ entries }) => entries)),
    conflicts: conflicts + sum(appended.map((log) => log.conflicts)),
    isClockAhead: appended.some(({ isClockAhead }) => isClockAhead),
    failed,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { appendRecords, type LogRecords } from "./append-records.ts";
import { claimRecords } from "./claim-records.ts";
import { maxConcurrentLogs, type SequencerPorts, type SequencerRecord } from "./ports.ts";
import { type RefusedRecord, toRefused, unlessDamaged } from "./refused-record.ts";

export type SequencedBatch = {
  /** Entries that this call appended. Records that were in the ledger already are not counted. */
  readonly entries: number;
  /** How often another sequencer was first. */
  readonly conflicts: number;
  /** Whether a log ends more than a minute ahead of the clock: a clock was wrong, and entries inherit its time. */
  readonly isClockAhead: boolean;
  readonly refused: readonly RefusedRecord[];
};

/**
 * Appends a batch of one shard's records, in their order, to their logs. Each record is appended once, in whatever order
 * batches are repeated and however many sequencers run at the same time. When it returns, all records are in the ledger,
 * except those of damaged logs. If it throws, because a call failed, the batch must be repeated.
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
  const { logs, refused, conflicts } = await claimRecords(shard, records, ports);
  const append = (log: LogRecords) => Promise.allSettled([unlessDamaged(appendRecords(log, ports))]);
  const settled = await mapWithConcurrency(logs, maxConcurrentLogs, append);
  // Failures are thrown when all logs are done: a log that cannot be written to does not hold up the others.
  const results = settled.map(([result]) => fulfilledValue(result));
  const appended = results.flatMap((result) => (result instanceof DamagedChunkError ? [] : [result]));
  return {
    entries: sum(appended.map(({ entries }) => entries)),
    conflicts: conflicts + sum(appended.map((log) => log.conflicts)),
    isClockAhead: appended.some(({ isClockAhead }) => isClockAhead),
    refused: [...refused, ...logs.flatMap((log, at) => toRefused(log.records, results[at]))],
  };
}

function fulfilledValue<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

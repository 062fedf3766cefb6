import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { type AppendedRecords, appendRecords, type LogRecords } from "./append-records.ts";
import type { SequencerPorts, SequencerRecord } from "./ports.ts";
import { initialClaim, nextClaim, repeatedLogs } from "./shard-claim.ts";

export type SequencedBatch = {
  /** Entries that this call appended. Records that were in the ledger already are not counted. */
  readonly entries: number;
  /** How often another sequencer was first. */
  readonly conflicts: number;
  /** Whether a log ends more than a minute ahead of the clock: a clock was wrong, and entries inherit its time. */
  readonly isClockAhead: boolean;
};

/** Logs that are read and appended to at the same time: as many as the client has connections. */
const maxConcurrentLogs = 50;

/**
 * Appends a batch of one shard's records, in their order, to their logs. Each record is appended once, in whatever order
 * batches are repeated and however many sequencers run at the same time. When it returns, all records are in the ledger. If
 * it throws, because a call failed, the batch must be repeated.
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
  const { logs, conflicts } = await claimRecords(shard, records, ports);
  // Failures are thrown when all logs are done: a log that cannot be written to does not hold up the others.
  const results = await mapWithConcurrency(logs, maxConcurrentLogs, (log) => settle(appendRecords(log, ports)));
  const appended = results.map(resultOf);
  return {
    entries: sum(appended.map(({ entries }) => entries)),
    conflicts: conflicts + sum(appended.map((log) => log.conflicts)),
    isClockAhead: appended.some(({ isClockAhead }) => isClockAhead),
  };
}

type ClaimedRecords = { readonly logs: readonly LogRecords[]; readonly conflicts: number };

/** Claims the records that are not known to be in the ledger, and returns them by log. */
async function claimRecords(
  shard: string,
  records: readonly SequencerRecord[],
  { ledger, claims, waitAfterConflict }: SequencerPorts,
): Promise<ClaimedRecords> {
  for (let conflicts = 0; ; conflicts++) {
    const before = (await claims.get(shard)) ?? initialClaim;
    const open = records.filter(({ sequenceNumber }) => sequenceNumber > before.sequencedTo);
    const [first] = open;
    const last = open.at(-1);
    if (first === undefined || last === undefined) return { logs: [], conflicts };

    const byLog = [...Map.groupBy(open, ({ log }) => log)];
    // Read before the claim is stored: the claim says that the records are not in front of these ends.
    const heads = await mapWithConcurrency(byLog, maxConcurrentLogs, ([log]) => ledger.getNewestChunk(log, true));
    const logSizes = new Map(byLog.map(([log], at) => [log, heads[at]?.size ?? 0]));
    const repeated = repeatedLogs(before, first.sequenceNumber);
    const range = { first: first.sequenceNumber, last: last.sequenceNumber, logSizes };
    if (await claims.put(shard, nextClaim(before, range))) {
      const toLogRecords = ([log, own]: (typeof byLog)[number], at: number): LogRecords => ({
        shard,
        log,
        records: own,
        head: heads[at] ?? null,
        scanFrom: repeated.get(log) ?? null,
      });
      return { logs: byLog.map(toLogRecords), conflicts };
    }
    await waitAfterConflict();
  }
}

async function settle<T>(call: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([call]);
  return result;
}

function resultOf(result: PromiseSettledResult<AppendedRecords>): AppendedRecords {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import type { Chunk } from "#shared/ledger/chunk.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import type { LogRecords } from "./append-records.ts";
import { maxConcurrentLogs, type SequencerPorts, type SequencerRecord } from "./ports.ts";
import { initialClaim, nextClaim, repeatedLogs } from "./shard-claim.ts";

/** The records of a batch for a log that could not be read or appended to, and the first error. */
export type FailedLog = Pick<LogRecords, "log" | "records"> & { readonly error: unknown };

export type ClaimedRecords = {
  readonly logs: readonly LogRecords[];
  readonly failed: readonly FailedLog[];
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
    // The ends are read before the claim is stored: it says that the records are not in front of them. They may be older
    // than the claim that is read: a chunk at an old end is not stored, and the sequencer looks what is there.
    const [claim, ends] = await Promise.all([claims.get(shard), readHeads(records, ledger)]);
    const before = claim ?? initialClaim;
    const isOpen = ({ sequenceNumber }: SequencerRecord) => sequenceNumber > before.sequencedTo;
    const open = records.filter(isOpen);
    const [first] = open;
    const last = open.at(-1);
    if (first === undefined || last === undefined) return { logs: [], failed: [], conflicts };

    const heads = keepRecords(ends.heads, isOpen);
    const failed = keepRecords(ends.failed, isOpen);
    const logSizes = new Map(heads.map(({ log, head }) => [log, head?.size ?? 0]));
    const range = { first: first.sequenceNumber, last: last.sequenceNumber, logSizes };
    if (await claims.put(shard, nextClaim(before, range))) {
      const repeated = repeatedLogs(before, first.sequenceNumber);
      const logs = heads.map((head) => ({ ...head, shard, scanFrom: repeated.get(head.log) ?? null }));
      return { logs, failed, conflicts };
    }
    await waitAfterConflict();
  }
}

/** Returns the logs with those of their records that are chosen, without the logs that have none. */
function keepRecords<Log extends Pick<LogRecords, "records">>(
  logs: readonly Log[],
  isChosen: (record: SequencerRecord) => boolean,
): Log[] {
  return logs
    .map((log) => ({ ...log, records: log.records.filter(isChosen) }))
    .filter(({ records }) => records.length > 0);
}

type LogHead = Pick<LogRecords, "log" | "records" | "head">;

/** Groups records by their log, and reads the last chunk of each. A log that cannot be read does not stop the others. */
async function readHeads(
  records: readonly SequencerRecord[],
  ledger: SequencerPorts["ledger"],
): Promise<{ readonly heads: readonly LogHead[]; readonly failed: readonly FailedLog[] }> {
  const heads: LogHead[] = [];
  const failed: FailedLog[] = [];
  const read = async ([log, own]: [string, SequencerRecord[]]): Promise<void> => {
    try {
      const head: Chunk | null = await ledger.getNewestChunk(log, true);
      heads.push({ log, records: own, head });
    } catch (error) {
      failed.push({ log, records: own, error });
    }
  };
  await mapWithConcurrency([...Map.groupBy(records, ({ log }) => log)], maxConcurrentLogs, read);
  return { heads, failed };
}

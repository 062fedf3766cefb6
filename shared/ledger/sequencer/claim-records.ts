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
    const before = (await claims.get(shard)) ?? initialClaim;
    const open = records.filter(({ sequenceNumber }) => sequenceNumber > before.sequencedTo);
    const [first] = open;
    const last = open.at(-1);
    if (first === undefined || last === undefined) return { logs: [], failed: [], conflicts };

    // Read before the claim is stored: the claim says that the records are not in front of these ends.
    const { heads, failed } = await readHeads(open, ledger);
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

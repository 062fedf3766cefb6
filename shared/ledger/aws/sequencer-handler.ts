import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { FailedLog } from "#shared/ledger/sequencer/claim-records.ts";
import type { SequencerPorts, SequencerRecord } from "#shared/ledger/sequencer/ports.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { type ParseEvent, toEntry } from "#shared/ledger/sequencer/to-entry.ts";
import { type QuarantineQueue, toRecordReference } from "#shared/platform/aws/quarantine-queue.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { storedAt } from "#shared/platform/handlers/stream-handler.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";

/** An event of a mapping with a tumbling window. Without one, an event does not name the shard of its records. */
export type TumblingWindowEvent = DynamoDBStreamEvent & { readonly shardId?: string };

/** Lambda requires a state. The sequencer has none: it only needs the name of the shard. */
export type TumblingWindowResponse = DynamoDBBatchResponse & { readonly state: Readonly<Record<string, never>> };

type RecordOf = ReadonlyMap<SequencerRecord, DynamoDBRecord>;

const maxConcurrentPuts = 20;

export type SequencerHandlerOptions = SequencerPorts & {
  readonly parseEvent: ParseEvent;
  /** Gets references to the records of damaged logs, so that they do not block the others of their shard. */
  readonly quarantine: QuarantineQueue;
};

/**
 * Creates the handler that appends every record of the events table's stream to the ledger. After an error the whole batch
 * is repeated, unless a log is damaged: its records go to the quarantine queue. Throws if the event names no shard.
 */
export function createSequencerHandler({ parseEvent, quarantine, ...ports }: SequencerHandlerOptions) {
  /** Returns whether the batch must be repeated for this log. */
  const mustRepeat = async ({ log: name, records, error }: FailedLog, recordOf: RecordOf): Promise<boolean> => {
    log("error", "log not appended to", { log: name, records: records.length, ...errorFields(error) });
    if (!(error instanceof DamagedChunkError)) return true;
    const references = records.flatMap((record) => recordOf.get(record) ?? []).map(toRecordReference);
    const puts = await mapWithConcurrency(references, maxConcurrentPuts, (reference) =>
      quarantine.put({ ...reference, log: name }, error.message).then(
        () => true,
        (refusal: unknown) => {
          log("error", "unsequenced record not reported", { log: name, ...errorFields(refusal) });
          return false;
        },
      ),
    );
    return !puts.every((isReported) => isReported);
  };

  const sequence = async (shard: string, recordOf: RecordOf): Promise<boolean> => {
    const { entries, isClockAhead, failed } = await sequenceBatch(shard, [...recordOf.keys()], ports);
    const counts = { [metricNames.entriesSequenced]: entries, ...(isClockAhead && { [metricNames.clockAhead]: 1 }) };
    emitMetrics(counts, ports.now());
    const repeats = await Promise.all(failed.map((one) => mustRepeat(one, recordOf)));
    return repeats.every((isRepeated) => !isRepeated);
  };

  const handle = async ({ shardId, Records }: TumblingWindowEvent): Promise<TumblingWindowResponse> => {
    if (!shardId) throw new Error("The event names no shard. Its event source mapping needs a tumbling window.");
    // The last invocation of a window has no records.
    if (Records.length === 0) return toResponse([]);
    try {
      const recordOf: RecordOf = new Map(Records.map((record) => [toSequencerRecord(record, parseEvent), record]));
      return toResponse((await sequence(shardId, recordOf)) ? [] : Records.slice(0, 1));
    } catch (error) {
      log("error", "batch failed", { records: Records.length, ...errorFields(error) });
      return toResponse(Records.slice(0, 1));
    }
  };

  return middy<TumblingWindowEvent, TumblingWindowResponse, Error, Context>().handler(
    (event: TumblingWindowEvent, context: Context) => runInInvocation(context, () => handle(event)),
  );
}

function toResponse(failed: readonly DynamoDBRecord[]): TumblingWindowResponse {
  const toFailure = ({ dynamodb }: DynamoDBRecord) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? "" });
  return { state: {}, batchItemFailures: failed.map(toFailure) };
}

function toSequencerRecord(record: DynamoDBRecord, parseEvent: ParseEvent): SequencerRecord {
  const { dynamodb = {}, eventName: operation = "unknown" } = record;
  const { SequenceNumber, Keys: key = {}, OldImage: old = null, NewImage: added = null } = dynamodb;
  // Without it, the record would count as sequenced.
  if (!SequenceNumber) throw new Error("A record of the stream has no sequence number.");
  const change = { operation, key, old, new: added, stored: storedAt(record) };
  return { sequenceNumber: BigInt(SequenceNumber), ...toEntry(change, parseEvent) };
}

import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { SequencerPorts, SequencerRecord } from "#shared/ledger/sequencer/ports.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { type ParseEvent, toEntry } from "#shared/ledger/sequencer/to-entry.ts";
import { storedAt } from "#shared/platform/handlers/stream-handler.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";

/** An event of a mapping with a tumbling window. Without one, an event does not name the shard of its records. */
export type TumblingWindowEvent = DynamoDBStreamEvent & { readonly shardId?: string };

/** Lambda requires a state. The sequencer has none: it only needs the name of the shard. */
export type TumblingWindowResponse = DynamoDBBatchResponse & { readonly state: Readonly<Record<string, never>> };

export type SequencerHandlerOptions = SequencerPorts & {
  /** Parses an added item as an event. Throws if it is not an event that the log wrote. */
  readonly parseEvent: ParseEvent;
};

/**
 * Creates the handler that appends every record of the events table's stream to the ledger. After an error the whole batch
 * is repeated. Throws if the event names no shard.
 */
export function createSequencerHandler({ parseEvent, ...ports }: SequencerHandlerOptions) {
  const handle = async ({ shardId, Records }: TumblingWindowEvent): Promise<TumblingWindowResponse> => {
    if (!shardId) throw new Error("The event names no shard. Its event source mapping needs a tumbling window.");
    // The last invocation of a window has no records.
    if (Records.length === 0) return toResponse([]);
    try {
      const records = Records.map((record) => toSequencerRecord(record, parseEvent));
      const { entries, isClockAhead } = await sequenceBatch(shardId, records, ports);
      const counts = { [metricNames.entriesSequenced]: entries, ...(isClockAhead && { [metricNames.clockAhead]: 1 }) };
      emitMetrics(counts, ports.now());
      return toResponse([]);
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
  const { Keys: key = {}, OldImage: old = null, NewImage: added = null } = dynamodb;
  const change = { operation, key, old, new: added, stored: storedAt(record) };
  return { sequenceNumber: BigInt(dynamodb.SequenceNumber ?? ""), ...toEntry(change, parseEvent) };
}

import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { ActivityError } from "#shared/errors.ts";
import type { QuarantineQueue } from "#shared/platform/aws/quarantine-queue.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { type MetricName, metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics, increment, type MetricCounts } from "#shared/platform/observability/metrics.ts";

export type StreamHandlerOptions<T> = {
  /** Parses the new image of a record. Throws if it is invalid. */
  parse(image: StreamImage, stored: Date | null): T;
  /** Processes items together. Returns those that must be retried, and the metrics to count. */
  handle(items: readonly T[]): Promise<{ failed: ReadonlySet<T>; counts: ReadonlyMap<MetricName, number> }>;
  /** Gets records that cannot be processed, so that they do not block the others. */
  readonly quarantine: QuarantineQueue;
};

/**
 * Creates a handler for a DynamoDB stream. After an error of a service, the event source mapping retries the records. A
 * record that cannot be parsed or processed is reported to the quarantine queue. If the queue rejects the report, the record
 * is counted and logged: no record may block those after it.
 */
export function createStreamHandler<T extends object>({ parse, handle, quarantine }: StreamHandlerOptions<T>) {
  const processBatch = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batchItemFailures: DynamoDBBatchResponse["batchItemFailures"] = [];
    const counts: MetricCounts = {};
    const retry = ({ dynamodb }: DynamoDBRecord) =>
      batchItemFailures.push({ itemIdentifier: dynamodb?.SequenceNumber ?? "" });
    const putInQuarantine = async (record: DynamoDBRecord, error: unknown) => {
      const sequence_number = record.dynamodb?.SequenceNumber;
      log("error", "record unread", { sequence_number, ...errorFields(error) });
      increment(counts, metricNames.eventsUnreadable);
      try {
        await quarantine.put(record, reasonOf(error));
      } catch (refusal) {
        log("error", "unread record not reported", { sequence_number, ...errorFields(refusal) });
        if (isUnavailable(refusal)) retry(record);
        else increment(counts, metricNames.fanOutRecordsLost);
      }
    };
    const handleItems = async (items: ReadonlyMap<T, DynamoDBRecord>): Promise<void> => {
      try {
        const outcome = await handle([...items.keys()]);
        for (const [metric, value] of outcome.counts) increment(counts, metric, value);
        for (const item of outcome.failed) retry(items.get(item) ?? {});
      } catch (error) {
        if (isServiceError(error)) {
          log("error", "batch failed", { records: items.size, ...errorFields(error) });
          items.forEach(retry);
        } else if (items.size > 1) {
          for (const [item, record] of items) await handleItems(new Map([[item, record]]));
        } else {
          for (const record of items.values()) await putInQuarantine(record, error);
        }
      }
    };

    const items = new Map<T, DynamoDBRecord>();
    const unreadable: Promise<void>[] = [];
    for (const record of Records) {
      try {
        items.set(parse(record.dynamodb?.NewImage ?? {}, storedAt(record)), record);
      } catch (error) {
        unreadable.push(putInQuarantine(record, error));
      }
    }
    await Promise.all([items.size > 0 ? handleItems(items) : undefined, ...unreadable]);
    emitMetrics(counts, new Date());
    return { batchItemFailures };
  };

  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse, Error, Context>().handler(
    (records: DynamoDBStreamEvent, context: Context) => runInInvocation(context, () => processBatch(records)),
  );
}

export type StreamImage = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;

/** Returns when the table stored the item of a record, by DynamoDB's clock; in whole seconds, rounded down. */
export function storedAt({ dynamodb }: DynamoDBRecord): Date | null {
  const seconds = dynamodb?.ApproximateCreationDateTime;
  return seconds === undefined ? null : new Date(seconds * 1_000);
}

/** Whether an error is transient or came from AWS, such as a missing permission, so that no record caused it. */
function isServiceError(error: unknown): boolean {
  return (error instanceof Error && "$metadata" in error) || isUnavailable(error);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof ActivityError && error.code === "unavailable";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

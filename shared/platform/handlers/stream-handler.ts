import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { ActivityError } from "#shared/errors.ts";
import type { QuarantineQueue } from "#shared/platform/aws/quarantine-queue.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { type MetricName, metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics, increment, type MetricCounts } from "#shared/platform/observability/metrics.ts";

export type StreamHandlerOptions<T> = {
  /** Reads what a record says was added, and when the table stored it. Throws where it cannot. */
  parse(image: StreamImage, stored: Date | null): T;
  /** Handles items together. Answers those that must come again, and what to count. */
  handle(items: readonly T[]): Promise<{ failed: ReadonlySet<T>; counts: ReadonlyMap<MetricName, number> }>;
  /** Where a record goes that will never be handled, so that it holds up no other. */
  readonly quarantine: QuarantineQueue;
};

/**
 * Creates the handler of a function that follows a table's stream. Records that meet a failure of the system are left to
 * the stream, which gives them again. A record that cannot be read or handled is reported to the unread queue, beside the
 * work on its neighbours. If that queue refuses the report for good, it is counted and logged, and the stream goes on: no
 * record may stop all that come after it.
 */
export function createStreamHandler<T extends object>({
  parse: read,
  handle,
  quarantine: unread,
}: StreamHandlerOptions<T>) {
  const follow = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batchItemFailures: DynamoDBBatchResponse["batchItemFailures"] = [];
    const counts: MetricCounts = {};
    const again = ({ dynamodb }: DynamoDBRecord) =>
      batchItemFailures.push({ itemIdentifier: dynamodb?.SequenceNumber ?? "" });
    const setAside = async (record: DynamoDBRecord, error: unknown) => {
      const sequence_number = record.dynamodb?.SequenceNumber;
      log("error", "record unread", { sequence_number, ...errorFields(error) });
      increment(counts, metricNames.eventsUnreadable);
      try {
        await unread.put(record, reasonOf(error));
      } catch (refusal) {
        log("error", "unread record not reported", { sequence_number, ...errorFields(refusal) });
        if (isUnavailable(refusal)) again(record);
        else increment(counts, metricNames.fanOutRecordsLost);
      }
    };
    const work = async (items: ReadonlyMap<T, DynamoDBRecord>): Promise<void> => {
      try {
        const outcome = await handle([...items.keys()]);
        for (const [metric, value] of outcome.counts) increment(counts, metric, value);
        for (const item of outcome.failed) again(items.get(item) ?? {});
      } catch (error) {
        if (isSystemTrouble(error)) {
          log("error", "batch failed", { records: items.size, ...errorFields(error) });
          items.forEach(again);
        } else if (items.size > 1) {
          for (const [item, record] of items) await work(new Map([[item, record]]));
        } else {
          for (const record of items.values()) await setAside(record, error);
        }
      }
    };

    const items = new Map<T, DynamoDBRecord>();
    const unreadable: Promise<void>[] = [];
    for (const record of Records) {
      try {
        items.set(read(record.dynamodb?.NewImage ?? {}, storedAt(record)), record);
      } catch (error) {
        unreadable.push(setAside(record, error));
      }
    }
    await Promise.all([items.size > 0 ? work(items) : undefined, ...unreadable]);
    emitMetrics(counts, new Date());
    return { batchItemFailures };
  };

  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse, Error, Context>().handler(
    (records: DynamoDBStreamEvent, context: Context) => runInInvocation(context, () => follow(records)),
  );
}

export type StreamImage = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;

/** When the table stored what a record is about, by DynamoDB's clock; in whole seconds, rounded down. */
export function storedAt({ dynamodb }: DynamoDBRecord): Date | null {
  const seconds = dynamodb?.ApproximateCreationDateTime;
  return seconds === undefined ? null : new Date(seconds * 1_000);
}

/** Trouble that passes, or that AWS tells of, such as a missing permission: no record is to blame for it. */
function isSystemTrouble(error: unknown): boolean {
  return (error instanceof Error && "$metadata" in error) || isUnavailable(error);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof ActivityError && error.code === "unavailable";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

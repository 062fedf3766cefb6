import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { ActivityError } from "#shared/errors.ts";
import {
  type QuarantineQueue,
  type QuarantineReference,
  toRecordReference,
} from "#shared/platform/aws/quarantine-queue.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { type MetricName, metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics, increment, type MetricCounts } from "#shared/platform/observability/metrics.ts";

export type StreamHandlerOptions<T> = {
  /** Parses the new image of a record to the items in it. Throws if it is invalid. */
  parse(image: StreamImage): readonly T[];
  /** Throws if an item must not be processed. */
  check(item: T): void;
  /** Processes items together. Returns those that must be retried, and the metrics to count. */
  handle(items: readonly T[]): Promise<{ failed: ReadonlySet<T>; counts: ReadonlyMap<MetricName, number> }>;
  /** Gets records and items that cannot be processed, so that they do not block the others. */
  readonly quarantine: QuarantineQueue;
  /** Returns the reference to an item in quarantine. */
  referTo(item: T): QuarantineReference;
};

/**
 * Creates a handler for a DynamoDB stream. After an error of a service, the event source mapping retries the records. What
 * cannot be parsed or processed is reported to the quarantine queue. If the queue rejects the report, it is counted and
 * logged: no record may block those after it.
 */
export function createStreamHandler<T extends object>(options: StreamHandlerOptions<T>) {
  const processBatch = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batch = new StreamBatch(options);
    await batch.process(Records);
    emitMetrics(batch.counts, new Date());
    return { batchItemFailures: Records.filter((record) => batch.failed.has(record)).map(toBatchItemFailure) };
  };

  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse, Error, Context>().handler(
    (records: DynamoDBStreamEvent, context: Context) => runInInvocation(context, () => processBatch(records)),
  );
}

/** One batch of records, and what became of it. */
class StreamBatch<T extends object> {
  readonly counts: MetricCounts = {};
  /** The records that must be retried. */
  readonly failed = new Set<DynamoDBRecord>();
  readonly #options: StreamHandlerOptions<T>;

  constructor(options: StreamHandlerOptions<T>) {
    this.#options = options;
  }

  async process(records: readonly DynamoDBRecord[]): Promise<void> {
    const { parse, check, referTo } = this.#options;
    const items = new Map<T, DynamoDBRecord>();
    const refused: Promise<void>[] = [];
    const refuse = (record: DynamoDBRecord, reference: QuarantineReference, error: unknown) =>
      refused.push(this.#putInQuarantine(record, reference, error));
    for (const record of records) {
      try {
        for (const item of parse(record.dynamodb?.NewImage ?? {})) {
          try {
            check(item);
            items.set(item, record);
          } catch (error) {
            refuse(record, referTo(item), error);
          }
        }
      } catch (error) {
        refuse(record, toRecordReference(record), error);
      }
    }
    await Promise.all([items.size > 0 ? this.#handle([...items]) : undefined, ...refused]);
  }

  /** After an error that an item caused, finds the item by halving. */
  async #handle(items: readonly (readonly [T, DynamoDBRecord])[]): Promise<void> {
    const { handle, referTo } = this.#options;
    const recordOf = new Map(items);
    try {
      const outcome = await handle([...recordOf.keys()]);
      for (const [metric, value] of outcome.counts) increment(this.counts, metric, value);
      for (const item of outcome.failed) this.#retry(recordOf.get(item));
    } catch (error) {
      const [single] = items;
      if (isServiceError(error)) {
        log("error", "batch failed", { records: new Set(recordOf.values()).size, ...errorFields(error) });
        for (const record of recordOf.values()) this.#retry(record);
      } else if (single !== undefined && items.length === 1) {
        const [item, record] = single;
        await this.#putInQuarantine(record, referTo(item), error);
      } else {
        const middle = Math.ceil(items.length / 2);
        await this.#handle(items.slice(0, middle));
        await this.#handle(items.slice(middle));
      }
    }
  }

  async #putInQuarantine(record: DynamoDBRecord, reference: QuarantineReference, error: unknown): Promise<void> {
    const sequence_number = record.dynamodb?.SequenceNumber;
    log("error", "record unread", { sequence_number, ...errorFields(error) });
    increment(this.counts, metricNames.eventsUnreadable);
    try {
      await this.#options.quarantine.put(reference, reasonOf(error));
    } catch (refusal) {
      log("error", "unread record not reported", { sequence_number, ...errorFields(refusal) });
      if (isUnavailable(refusal)) this.#retry(record);
      else increment(this.counts, metricNames.fanOutRecordsLost);
    }
  }

  #retry(record: DynamoDBRecord | undefined): void {
    if (record !== undefined) this.failed.add(record);
  }
}

export type StreamImage = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;

/** Returns when the table stored the item of a record, by DynamoDB's clock; in whole seconds, rounded down. */
export function storedAt({ dynamodb }: DynamoDBRecord): Date | null {
  const seconds = dynamodb?.ApproximateCreationDateTime;
  return seconds === undefined ? null : new Date(seconds * 1_000);
}

function toBatchItemFailure({ dynamodb }: DynamoDBRecord) {
  return { itemIdentifier: dynamodb?.SequenceNumber ?? "" };
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

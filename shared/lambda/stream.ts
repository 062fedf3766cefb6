import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { ActivityError } from "../events/errors.ts";
import { inInvocation } from "./invocation.ts";
import { errorFields, log } from "./log.ts";
import { add, type Counts, count } from "./metrics.ts";
import { type Metric, metrics } from "./names.ts";
import type { UnreadQueue } from "./unread.ts";

/** An item's attributes as the stream shows them. The tables that are followed hold text only. */
export type StreamImage = Readonly<Record<string, { readonly S: string }>>;

export type StreamHandling<T> = {
  /** Reads what a record says was added, and when the table stored it. Throws where it cannot. */
  read(image: StreamImage, stored: Date | null): T;
  /** Handles items together. Answers those that must come again, and what to count. */
  handle(items: readonly T[]): Promise<{ failed: ReadonlySet<T>; counts: ReadonlyMap<Metric, number> }>;
  /** Where a record goes that will never be handled, so that it holds up no other. */
  readonly unread: UnreadQueue;
};

/**
 * The stack of a function that follows a table's stream. Trouble of the system leaves its records to the stream, which
 * gives them again; whatever else one record throws, at reading or handling, sends that record to the unread queue, and
 * its neighbours go on.
 */
export function stream<T extends object>({ read, handle, unread }: StreamHandling<T>) {
  const follow = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batchItemFailures: DynamoDBBatchResponse["batchItemFailures"] = [];
    const counts: Counts = {};
    const again = ({ dynamodb }: DynamoDBRecord) =>
      batchItemFailures.push({ itemIdentifier: dynamodb?.SequenceNumber ?? "" });
    const setAside = async (record: DynamoDBRecord, error: unknown) => {
      log("error", "record unread", { sequence_number: record.dynamodb?.SequenceNumber, ...errorFields(error) });
      add(counts, metrics.eventsUnreadable);
      await unread.put(record).catch((trouble) => {
        log("error", "record failed", errorFields(trouble));
        again(record);
      });
    };
    const work = async (items: ReadonlyMap<T, DynamoDBRecord>): Promise<void> => {
      try {
        const outcome = await handle([...items.keys()]);
        for (const [metric, value] of outcome.counts) add(counts, metric, value);
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
    for (const record of Records) {
      try {
        items.set(read(textsOf(record.dynamodb?.NewImage ?? {}), storedAt(record)), record);
      } catch (error) {
        await setAside(record, error);
      }
    }
    if (items.size > 0) await work(items);
    count(counts, new Date());
    return { batchItemFailures };
  };

  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse, Error, Context>().handler(
    (records: DynamoDBStreamEvent, context: Context) => inInvocation(context, () => follow(records)),
  );
}

export type Attributes = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;

/** When the table stored what a record is about, by DynamoDB's clock; in whole seconds, rounded down. */
export function storedAt({ dynamodb }: DynamoDBRecord): Date | null {
  const seconds = dynamodb?.ApproximateCreationDateTime;
  return seconds === undefined ? null : new Date(seconds * 1_000);
}

/** The attributes of an item that are text. */
export function textsOf(attributes: Attributes): StreamImage {
  const texts = Object.entries(attributes).flatMap(([name, { S }]) => (S === undefined ? [] : [[name, { S }]]));
  return Object.fromEntries(texts);
}

/** Trouble that passes, or that AWS tells of, such as a missing permission: no record is to blame for it. */
function isSystemTrouble(error: unknown): boolean {
  return (
    error instanceof Error && ("$metadata" in error || (error instanceof ActivityError && error.code === "unavailable"))
  );
}

import { setTimeout as delay } from "node:timers/promises";
import type { EventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";
import type { InvokeFunction } from "#infra/local/lambda/local-function.ts";
import { failedRecordIds } from "./batch-result.ts";
import { retryPauseMs } from "./retry-pause.ts";
import type { StreamRecord } from "./stream-shards.ts";

type DiscardReason = "RetryAttemptsExhausted" | "RecordAgeExceeded";

export type DiscardedRecords = {
  readonly records: readonly StreamRecord[];
  readonly reason: DiscardReason;
  readonly invocations: number;
};

/** Invokes a function with records, and with further fields of the event. */
export type InvokeWithRecords = (
  records: readonly StreamRecord[],
  fields?: Readonly<Record<string, unknown>>,
) => ReturnType<InvokeFunction>;

export type ShardDeliveryOptions = {
  readonly definition: EventSourceMapping;
  readonly invoke: InvokeWithRecords;
  readonly now: () => Date;
  /** Called with records that are discarded. */
  discard(discarded: DiscardedRecords): Promise<void>;
};

/**
 * Delivers a batch of one shard to the function, in order, until it succeeds, is discarded or aborted. A batch that
 * fails at its first record is bisected if the mapping says so; progress and bisection do not count as retries.
 */
export async function deliverShardBatch(
  records: readonly StreamRecord[],
  options: ShardDeliveryOptions,
  signal: AbortSignal,
): Promise<void> {
  const { definition } = options;
  let invocations = 0;
  let rest = records;
  for (let retries = 0; !signal.aborted; ) {
    rest = await withoutExpired(rest, invocations, options);
    if (rest.length === 0) return;
    const failedFrom = await firstFailure(rest, options);
    invocations += 1;
    if (failedFrom === undefined) return;
    rest = rest.slice(failedFrom);
    if (failedFrom > 0) {
      retries = 0;
      continue;
    }
    if (definition.bisectsOnError && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2);
      await deliverShardBatch(rest.slice(0, middle), options, signal);
      await deliverShardBatch(rest.slice(middle), options, signal);
      return;
    }
    if (definition.maxRetries >= 0 && retries >= definition.maxRetries) {
      await options.discard({ records: rest, reason: "RetryAttemptsExhausted", invocations });
      return;
    }
    await delay(retryPauseMs(retries), undefined, { signal }).catch(() => {});
    retries += 1;
  }
}

/** Index of the first record that the function did not deal with. */
async function firstFailure(
  records: readonly StreamRecord[],
  { definition, invoke }: ShardDeliveryOptions,
): Promise<number | undefined> {
  const outcome = await invoke(records);
  const sequence = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
  const failed = failedRecordIds(outcome, sequence, definition.reportsItemFailures);
  const first = sequence.findIndex((number) => failed.has(number));
  return first < 0 ? undefined : first;
}

async function withoutExpired(
  records: readonly StreamRecord[],
  invocations: number,
  { definition, now, discard }: ShardDeliveryOptions,
): Promise<readonly StreamRecord[]> {
  const { maxRecordAgeSeconds } = definition;
  if (maxRecordAgeSeconds < 0) return records;
  const oldest = now().getTime() / 1_000 - maxRecordAgeSeconds;
  const isExpired = ({ dynamodb }: StreamRecord) => dynamodb.ApproximateCreationDateTime < oldest;
  const expired = records.filter(isExpired);
  if (expired.length > 0) await discard({ records: expired, reason: "RecordAgeExceeded", invocations });
  return records.filter((record) => !isExpired(record));
}

/** Returns the function that invokes a function with records of a stream, in the form of the event of Lambda. */
export function createInvokeWithRecords(invoke: InvokeFunction, sourceArn: string, region: string): InvokeWithRecords {
  return (records, fields = {}) => {
    const Records = records.map((record) => ({
      ...record,
      eventSource: "aws:dynamodb",
      awsRegion: region,
      eventSourceARN: sourceArn,
    }));
    return invoke(JSON.stringify({ Records, ...fields }));
  };
}

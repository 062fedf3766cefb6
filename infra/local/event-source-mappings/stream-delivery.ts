import { setTimeout as delay } from "node:timers/promises";
import type { Invoke } from "#infra/local/lambda/function.ts";
import { failedRecords } from "./batch-result.ts";
import type { SourceDefinition } from "./definition.ts";
import type { StreamRecord } from "./shards.ts";

type DiscardReason = "RetryAttemptsExhausted" | "RecordAgeExceeded";

export interface Discarded {
  readonly records: readonly StreamRecord[];
  readonly reason: DiscardReason;
  readonly invocations: number;
}

export interface DeliveryOptions {
  readonly definition: SourceDefinition;
  readonly region: string;
  readonly invoke: Invoke;
  readonly now: () => Date;
  /** Told of records that are given up. */
  discard(discarded: Discarded): Promise<void>;
}

const longestPauseMs = 10_000;

/**
 * Brings a batch of one shard to the function, in order, until it is dealt with, given up or aborted. What fails at its
 * first record is halved where the mapping says so, which isolates a poisonous record; progress and halving cost no
 * retry.
 */
export async function deliver(
  records: readonly StreamRecord[],
  options: DeliveryOptions,
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
      await deliver(rest.slice(0, middle), options, signal);
      await deliver(rest.slice(middle), options, signal);
      return;
    }
    if (definition.maxRetries >= 0 && retries >= definition.maxRetries) {
      await options.discard({ records: rest, reason: "RetryAttemptsExhausted", invocations });
      return;
    }
    await delay(Math.min(100 * 2 ** retries, longestPauseMs), undefined, { signal }).catch(() => {});
    retries += 1;
  }
}

/** Index of the first record that the function did not deal with. */
async function firstFailure(
  records: readonly StreamRecord[],
  { definition, region, invoke }: DeliveryOptions,
): Promise<number | undefined> {
  const Records = records.map((record) => ({
    ...record,
    eventSource: "aws:dynamodb",
    awsRegion: region,
    eventSourceARN: definition.sourceArn,
  }));
  const outcome = await invoke(JSON.stringify({ Records }));
  const sequence = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
  const failed = failedRecords(outcome, sequence, definition.reportsItemFailures);
  const first = sequence.findIndex((number) => failed.has(number));
  return first < 0 ? undefined : first;
}

async function withoutExpired(
  records: readonly StreamRecord[],
  invocations: number,
  { definition, now, discard }: DeliveryOptions,
): Promise<readonly StreamRecord[]> {
  const { maxRecordAgeSeconds } = definition;
  if (maxRecordAgeSeconds < 0) return records;
  const oldest = now().getTime() / 1_000 - maxRecordAgeSeconds;
  const isExpired = ({ dynamodb }: StreamRecord) => dynamodb.ApproximateCreationDateTime < oldest;
  const expired = records.filter(isExpired);
  if (expired.length > 0) await discard({ records: expired, reason: "RecordAgeExceeded", invocations });
  return records.filter((record) => !isExpired(record));
}

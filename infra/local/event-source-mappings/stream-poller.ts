import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { AwsCall } from "#infra/local/aws-json.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import type { EventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";
import type { FunctionDefinition } from "#infra/local/lambda/function-definition.ts";
import type { LocalFunction } from "#infra/local/lambda/local-function.ts";
import { onFailureMessage } from "./on-failure-message.ts";
import type { StreamCheckpoints } from "./stream-checkpoints.ts";
import {
  createInvokeWithRecords,
  type DiscardedRecords,
  deliverShardBatch,
  type InvokeWithRecords,
} from "./stream-delivery.ts";
import {
  getRecords,
  getShardIterator,
  listShards,
  type ShardPosition,
  type StreamRecord,
  type StreamShard,
} from "./stream-shards.ts";
import type { WriteCounter } from "./table-write-counter.ts";
import { createTumblingWindows, type TumblingWindows } from "./tumbling-windows.ts";

/** The permissions that Lambda itself asks of the function's role. */
export const streamPollerActions = ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"];

type StreamPollerOptions = {
  readonly definition: EventSourceMapping;
  /** URL of the on-failure destination for discarded records. */
  readonly onFailureUrl: string | undefined;
  readonly region: string;
  readonly fn: Pick<LocalFunction, "invoke"> & { readonly definition: Pick<FunctionDefinition, "arn"> };
  readonly writes: Pick<WriteCounter, "count" | "waitForMore">;
  /** Calls DynamoDB Streams and SQS with the role of the function. */
  readonly call: AwsCall;
  readonly checkpoints: StreamCheckpoints;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly faultInjector?: FaultInjector | undefined;
  log(text: string): void;
};

/** A write shows in the stream soon after. The engine deletes what has expired by itself: that is found in the end. */
const afterWrite = { pollMs: 50, reads: 5 };
const longestIdleMs = 10_000;
const discoverMs = 30_000;
const afterErrorMs = 1_000;

/**
 * Takes up its position in the stream, so that no later record is missed, and returns the function that polls from
 * there until aborted.
 */
export async function openStreamPoller(options: StreamPollerOptions): Promise<(signal: AbortSignal) => Promise<void>> {
  const { definition, call, checkpoints } = options;
  const { startingPosition, sourceArn } = definition;
  const brought = options.faultInjector?.rebatch<StreamRecord>({ id: definition.id, kind: "stream" });
  const readers = new Map<string, Promise<void>>();
  const finished = new Set<string>();
  let aShardEnded = Promise.withResolvers<void>();

  const startShards = startingPosition === "LATEST" && checkpoints.isNew ? await listShards(sourceArn, call) : [];
  const startIterators = new Map<string, string>();
  for (const { id, isClosed } of startShards) {
    if (isClosed) finished.add(id);
    else startIterators.set(id, await getShardIterator(sourceArn, id, "LATEST", call));
  }

  async function read({ id }: StreamShard, signal: AbortSignal): Promise<void> {
    await readShard(id, startIterators.get(id), { ...options, brought }, signal);
    finished.add(id);
    aShardEnded.resolve();
  }

  return async (signal) => {
    while (!signal.aborted) {
      try {
        const shards = await listShards(sourceArn, call);
        for (const shard of shards) {
          const parentIsOpen = shards.some(({ id }) => id === shard.parentId && !finished.has(id));
          // A key's records move on to a child shard: reading it before its parent is done would break their order.
          if (parentIsOpen || finished.has(shard.id) || readers.has(shard.id)) continue;
          readers.set(shard.id, read(shard, signal));
        }
      } catch (error) {
        options.log(`${definition.id}: ${sourceArn} cannot be described, trying again: ${error}`);
      }
      await Promise.race([delay(discoverMs, undefined, { signal }).catch(() => {}), aShardEnded.promise]);
      aShardEnded = Promise.withResolvers();
    }
    await Promise.all(readers.values());
  };
}

type ShardOptions = StreamPollerOptions & {
  /** The batches that are brought for one; undefined where they come as they are. */
  readonly brought: ((batch: readonly StreamRecord[]) => readonly (readonly StreamRecord[])[]) | undefined;
};

type LaneOptions = ShardOptions & {
  readonly invoke: InvokeWithRecords;
  readonly windows: TumblingWindows | undefined;
};

async function readShard(
  shardId: string,
  start: string | undefined,
  options: ShardOptions,
  signal: AbortSignal,
): Promise<void> {
  const { definition, call, checkpoints, writes, now } = options;
  const { batchSize, batchingWindowMs, parallelizationFactor, sourceArn, tumblingWindowMs } = definition;
  const invoke = createInvokeWithRecords(options.fn.invoke, sourceArn, options.region);
  const windows = tumblingWindowMs === 0 ? undefined : createTumblingWindows({ definition, shardId, invoke });
  let iterator = start;
  const resumeAfter = checkpoints.last(shardId);
  let position: ShardPosition = resumeAfter === undefined ? "TRIM_HORIZON" : { after: resumeAfter };
  let pending: StreamRecord[] = [];
  let windowEnds = 0;
  let emptyReads = 0;
  while (!signal.aborted) {
    try {
      const seen = writes.count();
      iterator ??= await getShardIterator(sourceArn, shardId, position, call);
      const { records, next } = await getRecords(iterator, batchSize * parallelizationFactor - pending.length, call);
      if (pending.length === 0) windowEnds = now().getTime() + batchingWindowMs;
      pending.push(...records);
      const isDue = next === undefined || now().getTime() >= windowEnds;
      if (pending.length >= batchSize * parallelizationFactor || isDue) {
        await deliverInParallel(pending, shardId, { ...options, invoke, windows }, signal);
        if (signal.aborted) return;
        const delivered = pending.at(-1);
        if (delivered !== undefined) checkpoints.save(shardId, delivered.dynamodb.SequenceNumber);
        pending = [];
      }
      await windows?.endIfOver(now(), signal);
      const last = records.at(-1);
      if (last !== undefined) position = { after: last.dynamodb.SequenceNumber };
      if (next === undefined) return;
      iterator = next;
      emptyReads = records.length > 0 ? 0 : emptyReads + 1;
      if (emptyReads > afterWrite.reads && pending.length === 0) {
        // A read after a wait without a write finds what the engine changed by itself: one such read is enough.
        if (await writes.waitForMore(seen, longestIdleMs, signal)) emptyReads = 0;
      } else if (emptyReads > 0) {
        await delay(afterWrite.pollMs, undefined, { signal }).catch(() => {});
      }
    } catch (error) {
      options.log(`${definition.id}: reading ${shardId} failed, trying again: ${error}`);
      iterator = undefined;
      await delay(afterErrorMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** The records of one key stay in one lane and so in order; lanes are served at the same time. */
async function deliverInParallel(
  records: readonly StreamRecord[],
  shardId: string,
  options: LaneOptions,
  signal: AbortSignal,
): Promise<void> {
  const { invoke, windows } = options;
  const { filters, batchSize, parallelizationFactor } = options.definition;
  const wanted = records.filter((record) => filters.length === 0 || filters.some((matches) => matches(record)));
  const discard = (discarded: DiscardedRecords) => reportDiscarded(discarded, shardId, options);
  const byLane = Map.groupBy(wanted, (record) => laneOf(record, parallelizationFactor));
  await Promise.all(
    [...byLane.values()].map(async (lane) => {
      for (let at = 0; at < lane.length; at += batchSize) {
        const batch = lane.slice(at, at + batchSize);
        for (const each of options.brought?.(batch) ?? [batch]) {
          const deliver = (records: readonly StreamRecord[], invokeWith: InvokeWithRecords) =>
            deliverShardBatch(records, { ...options, invoke: invokeWith, discard }, signal);
          await (windows === undefined ? deliver(each, invoke) : windows.deliver(each, deliver, signal));
        }
      }
    }),
  );
}

function laneOf({ dynamodb }: StreamRecord, parallelizationFactor: number): number {
  return createHash("md5").update(JSON.stringify(dynamodb.Keys)).digest().readUInt32BE() % parallelizationFactor;
}

async function reportDiscarded(
  discarded: DiscardedRecords,
  shardId: string,
  { definition, fn, call, onFailureUrl, now, newId, log }: StreamPollerOptions,
): Promise<void> {
  log(`${definition.id}: gave up ${discarded.records.length} records: ${discarded.reason}`);
  if (onFailureUrl === undefined) return;
  const MessageBody = onFailureMessage(discarded, {
    requestId: newId(),
    functionArn: fn.definition.arn,
    streamArn: definition.sourceArn,
    shardId,
    time: now(),
  });
  await call("AmazonSQS.SendMessage", { QueueUrl: onFailureUrl, MessageBody }).catch((error) =>
    log(`${definition.id}: the on-failure destination refused: ${error}`),
  );
}

import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { type AwsCall, createAwsCaller } from "#infra/local/aws-json.ts";
import { getRecords, getShardIterator, listShards } from "#infra/local/event-source-mappings/stream-shards.ts";
import { quantile } from "#test/bench/measure.ts";
import type { RunningStack } from "./running-stack.ts";

const region = "us-east-1";
const readEveryMs = 100;

/** Results of the events of one run. */
export type Offered = {
  readonly events: number;
  readonly stored: number;
  /** Events a second from the first send to the last one stored. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

export type Load = {
  readonly perSecond: number;
  readonly seconds: number;
  /** Organisations that the events belong to, in rotation. */
  readonly organisations: number;
  readonly name: string;
};

/** Sends events to the ingest queue at a constant rate, and waits for each in the stream of the events table. */
export async function offer(stack: RunningStack, load: Load): Promise<Offered> {
  const call = createAwsCaller(stack.endpoints.dynamodb, "load", region);
  const sentAt = new Map<string, number>();
  const latencies: number[] = [];
  const done = new AbortController();
  const reading = followStream(stack, call, done.signal, (entity) => {
    const sent = sentAt.get(entity);
    if (sent === undefined) return;
    latencies.push(performance.now() - sent);
    sentAt.delete(entity);
  });
  await reading.ready;
  const started = performance.now();
  const events = load.perSecond * load.seconds;
  const sends: Promise<unknown>[] = [];
  for (let n = 0; n < events; n++) {
    await sleep(Math.max(0, started + (n / load.perSecond) * 1_000 - performance.now()));
    sends.push(send(stack, call, `${load.name}_${n}`, `org_load_${n % load.organisations}`, sentAt));
  }
  await Promise.all(sends);
  const patience = performance.now() + 240_000;
  while (sentAt.size > 0 && performance.now() < patience) await sleep(20);
  const seconds = (performance.now() - started) / 1_000;
  done.abort();
  await reading.ended;
  return {
    events,
    stored: latencies.length,
    perSecond: Math.round(latencies.length / seconds),
    p50Ms: Math.round(quantile(latencies, 0.5)),
    p99Ms: Math.round(quantile(latencies, 0.99)),
    maxMs: Math.round(Math.max(...latencies)),
  };
}

async function send(
  stack: RunningStack,
  call: AwsCall,
  entity_id: string,
  org_id: string,
  sentAt: Map<string, number>,
) {
  const occurred_at = new Date().toISOString();
  const event = { org_id, action: "INVOICE_SENT", entity_type: "INVOICE", entity_id, occurred_at };
  sentAt.set(entity_id, performance.now());
  await call("AmazonSQS.SendMessage", {
    QueueUrl: stack.queues.ingest,
    MessageBody: JSON.stringify(event),
    MessageGroupId: org_id,
  });
}

const Keys = z.object({ timeline: z.object({ S: z.string() }) });
const Streams = z.object({ Streams: z.array(z.object({ StreamArn: z.string() })) });

/** Reports the entity of each event that is stored from now on. */
function followStream(stack: RunningStack, call: AwsCall, signal: AbortSignal, onStored: (entity: string) => void) {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const ended = (async () => {
    const streams = Streams.parse(
      await call("DynamoDBStreams_20120810.ListStreams", { TableName: stack.tables.events }),
    );
    const arn = streams.Streams[0]?.StreamArn ?? "";
    const shards = (await listShards(arn, call)).filter(({ isClosed }) => !isClosed);
    const iterators = await Promise.all(shards.map(({ id }) => getShardIterator(arn, id, "LATEST", call)));
    resolve();
    const follow = async (first: string) => {
      let iterator: string | undefined = first;
      while (!signal.aborted && iterator !== undefined) {
        const { records, next } = await getRecords(iterator, 1_000, call);
        for (const { dynamodb } of records) {
          onStored(Keys.parse(dynamodb.Keys).timeline.S.split("#").at(-1) ?? "");
        }
        iterator = next;
        if (records.length === 0) await sleep(readEveryMs);
      }
    };
    await Promise.all(iterators.map(follow));
  })();
  return { ready, ended };
}

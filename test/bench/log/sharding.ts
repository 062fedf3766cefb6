import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as z from "zod";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { fill } from "#test/bench/bench-events.ts";
import type { BenchEngine } from "#test/bench/engine.ts";
import type { BenchRun } from "#test/bench/measure.ts";
import { compare, type Measure } from "#test/bench/measure.ts";
import { setEnvironment } from "#test/support/vitest/environment.ts";
import { Reader } from "./reading.ts";

const events = 2_200;

/** Assumed duration of a DynamoDB call. Concurrent calls take no longer, unlike on two cores. */
const latencyMs = 4;

/**
 * Compares the feeds of two organisations with 16 shards (events in all shards, and events from before the raise) with one
 * shard and as many events: on DynamoDB Local, which shares two cores with Node, and with responses after a fixed time.
 */
export async function measureShards(engine: BenchEngine, { step }: BenchRun): Promise<Measure[]> {
  step("Writing to one shard and to 16");
  const [whole, sharded, raised] = ["org_whole", "org_sharded", "org_raised"];
  const tokens = await engine.tokens([whole, sharded, raised], 40);
  for (const org_id of [sharded, raised]) await engine.admin({ action: "org.update", org_id, shards: 16 });
  for (const [org, count] of [
    [whole, 1],
    [sharded, 16],
    [raised, 1],
  ] as const) {
    const shards = { countToRead: () => count, countToWrite: () => count };
    await fill(createEventStore(createDynamoClient(), engine.table, { shards }), org, events, () => undefined);
  }
  step("Reading one shard and 16");
  const onEngine = await compareFeeds("", await Reader.load(tokens), { whole, sharded, raised });
  step(`Reading one shard and 16, each call answered after ${latencyMs} ms`);
  const service = new Worker(new URL("./delayed-dynamodb.ts", import.meta.url), {
    workerData: { engine: engine.origin, latencyMs },
  });
  try {
    const [address] = await once(service, "message");
    const { port } = z.object({ port: z.number() }).parse(address);
    setEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` });
    const replayed = await Reader.load(tokens);
    return [
      ...onEngine,
      ...(await compareFeeds(`, calls taking ${latencyMs} ms`, replayed, { whole, sharded, raised })),
    ];
  } finally {
    setEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: engine.origin });
    await service.terminate();
  }
}

type Orgs = { readonly whole: string; readonly sharded: string; readonly raised: string };

async function compareFeeds(label: string, reader: Reader, { whole, sharded, raised }: Orgs): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const limit of [20, 100, 500]) {
    for (const [name, org] of [
      ["feed of 16 shards against one", sharded],
      ["feed of old events after resharding to 16 shards against one", raised],
    ] as const) {
      measures.push(
        ...(await compare({
          name: `${name}${label}, limit ${limit}`,
          budgets: { p50: 2.5 },
          samples: 300,
          warmup: limit === 20 ? 600 : 100,
          baseline: () => reader.get(whole, `limit=${limit}`),
          ours: () => reader.get(org, `limit=${limit}`),
        })),
      );
    }
  }
  return measures;
}

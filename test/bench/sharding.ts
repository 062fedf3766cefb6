import { dynamoClient } from "../../shared/store/client.ts";
import { eventStore } from "../../shared/store/events.ts";
import type { BenchEngine } from "./engine.ts";
import { fill } from "./events.ts";
import { compare, type Measure } from "./measure.ts";
import { Reader } from "./reading.ts";
import type { Run } from "./sections.ts";

const events = 2_200;

/** The feed of an organisation with 16 shards against that of one with one shard and as many events. */
export async function measureShards(engine: BenchEngine, { step }: Run): Promise<Measure[]> {
  step("Writing to one shard and to 16");
  const [whole, sharded] = ["org_whole", "org_sharded"];
  const tokens = await engine.tokens([whole, sharded], 40);
  await engine.admin({ action: "org.update", org_id: sharded, shards: 16 });
  for (const [org, count] of [
    [whole, 1],
    [sharded, 16],
  ] as const) {
    const shards = { countToRead: () => count, countToWrite: () => count };
    await fill(eventStore(dynamoClient(), engine.table, { shards }), org, events, () => undefined);
  }
  step("Reading one shard and 16");
  const reader = await Reader.load(tokens);
  const measures: Measure[] = [];
  for (const limit of [20, 100, 500]) {
    measures.push(
      ...(await compare({
        name: `feed of 16 shards against one, limit ${limit}`,
        bars: { p50: 2.5 },
        samples: 300,
        warmup: limit === 20 ? 600 : 100,
        baseline: () => reader.get(whole, `limit=${limit}`),
        ours: () => reader.get(sharded, `limit=${limit}`),
      })),
    );
  }
  return measures;
}

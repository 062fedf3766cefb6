import { dynamoClient } from "../../shared/store/client.ts";
import { eventStore } from "../../shared/store/events.ts";
import type { BenchEngine } from "./engine.ts";
import { fill } from "./events.ts";
import { compare, type Measure } from "./measure.ts";
import { Reader } from "./reading.ts";
import type { Run } from "./sections.ts";

const events = 2_200;

/**
 * The feed of organisations with 16 shards, one whose events lie in all of them and one that was raised after all were
 * written, against that of one with one shard and as many events.
 */
export async function measureShards(engine: BenchEngine, { step }: Run): Promise<Measure[]> {
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
    await fill(eventStore(dynamoClient(), engine.table, { shards }), org, events, () => undefined);
  }
  step("Reading one shard and 16");
  const reader = await Reader.load(tokens);
  const measures: Measure[] = [];
  for (const limit of [20, 100, 500]) {
    for (const [name, org] of [
      ["feed of 16 shards against one", sharded],
      ["feed of old events after a raise to 16 shards against one", raised],
    ] as const) {
      measures.push(
        ...(await compare({
          name: `${name}, limit ${limit}`,
          bars: { p50: 2.5 },
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

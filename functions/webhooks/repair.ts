import { randomBytes } from "node:crypto";
import { ShardCache } from "../../shared/events/shard-directory.ts";
import { reportDamagedItems } from "../../shared/lambda/damaged-items.ts";
import { env } from "../../shared/lambda/env.ts";
import { variables } from "../../shared/lambda/names.ts";
import { repairHandler } from "../../shared/lambda/repair.ts";
import { replayQueue } from "../../shared/lambda/replay-queue.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { deliveryStore } from "../../shared/store/deliveries.ts";
import { endpointSource } from "../../shared/store/endpoint-source.ts";
import { eventStore } from "../../shared/store/events.ts";
import { replayStore } from "../../shared/store/replays.ts";
import { shardSettingsReader } from "../../shared/store/sharded-orgs.ts";

const client = dynamoClient();
const config = env(variables.configTable);
const table = env(variables.deliveriesTable);
const now = () => new Date();

/** Starts the replays of what the fan-out missed. It has no route: IAM decides who may invoke it. */
export const handler = repairHandler({
  endpoints: endpointSource(client, config),
  deliveries: deliveryStore(client, table),
  replays: replayStore(client, table),
  replayQueue: replayQueue(env(variables.replaysQueue)),
  events: eventStore(client, env(variables.eventsTable), {
    shards: new ShardCache(shardSettingsReader(client, config), now),
    now,
    reportDamage: reportDamagedItems,
  }),
  now,
  random: randomBytes,
});

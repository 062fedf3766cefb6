import { randomBytes } from "node:crypto";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { endpointReader } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { createRepairHandler } from "#shared/webhooks/replays/aws/repair-handler.ts";
import { replayQueue } from "#shared/webhooks/replays/aws/replay-queue.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const table = env(envVars.deliveriesTable);
const now = () => new Date();

/** Starts replays of what the fan-out missed. It has no route; IAM controls who may invoke it. */
export const handler = createRepairHandler({
  endpoints: endpointReader(client, config),
  deliveries: deliveryStore(client, table),
  replays: replayStore(client, table),
  replayQueue: replayQueue(env(envVars.replaysQueue)),
  events: createEventStore(client, env(envVars.eventsTable), {
    shards: new ShardSettingsCache(createShardSettingsReader(client, config), now),
    now,
    reportDamage: reportDamagedItems,
  }),
  now,
  random: randomBytes,
});

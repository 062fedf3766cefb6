import { randomBytes } from "node:crypto";
import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import { shardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardCache } from "#shared/events/shards/shard-settings-cache.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { endpointSource } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { repairHandler } from "#shared/webhooks/replays/aws/repair-handler.ts";
import { replayQueue } from "#shared/webhooks/replays/aws/replay-queue.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";

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

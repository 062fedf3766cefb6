import { suspendedOrgsReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { SuspendedOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import { shardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardCache } from "#shared/events/shards/shard-settings-cache.ts";
import { queueClient } from "#shared/platform/aws/clients.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { batch } from "#shared/platform/handlers/sqs-handler.ts";
import { metrics, variables } from "#shared/platform/names.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { deliveryQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { endpointSource } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { readReplayMessage, replayQueue } from "#shared/webhooks/replays/aws/replay-queue.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import { type ReplayWorld, runReplay } from "#shared/webhooks/replays/run-replay.ts";

const client = dynamoClient();
const queues = queueClient();
const config = env(variables.configTable);
const table = env(variables.deliveriesTable);
const now = () => new Date();

const world: ReplayWorld = {
  endpoints: endpointSource(client, env(variables.configTable)),
  deliveries: deliveryStore(client, table),
  replays: replayStore(client, table),
  events: eventStore(client, env(variables.eventsTable), {
    shards: new ShardCache(shardSettingsReader(client, config), now),
    now,
    reportDamage: reportDamagedItems,
  }),
  queue: deliveryQueue(env(variables.deliveriesQueue), queues),
  replayQueue: replayQueue(env(variables.replaysQueue), queues),
  suspended: new SuspendedOrgs(suspendedOrgsReader(client, config), now),
  now,
};

/** Takes replays through the log, one page a message. */
export const handler = batch(async ({ body }) => {
  await runReplay(world, readReplayMessage(body));
  return metrics.replaySteps;
});

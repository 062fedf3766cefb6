import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { SuspendedOrgCache } from "#shared/auth/orgs/suspended-orgs.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { createSqsClient } from "#shared/platform/aws/clients.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { createSqsHandler } from "#shared/platform/handlers/sqs-handler.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { deliveryQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { endpointReader } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { parseReplayMessage, replayQueue } from "#shared/webhooks/replays/aws/replay-queue.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import { type ReplayPorts, runReplayStep } from "#shared/webhooks/replays/run-replay.ts";

const client = createDynamoClient();
const queues = createSqsClient();
const config = env(envVars.configTable);
const table = env(envVars.deliveriesTable);
const now = () => new Date();

const ports: ReplayPorts = {
  endpoints: endpointReader(client, config),
  deliveries: deliveryStore(client, table),
  replays: replayStore(client, table),
  events: createEventStore(client, env(envVars.eventsTable), {
    shards: new ShardSettingsCache(createShardSettingsReader(client, config), now),
    now,
    reportDamage: reportDamagedItems,
  }),
  queue: deliveryQueue(env(envVars.deliveriesQueue), queues),
  replayQueue: replayQueue(env(envVars.replaysQueue), queues),
  suspended: new SuspendedOrgCache(createSuspendedOrgReader(client, config), now),
  now,
};

/** Runs one page of a replay per message. */
export const handler = createSqsHandler(async ({ body }) => {
  await runReplayStep(ports, parseReplayMessage(body));
  return metricNames.replaySteps;
});

import { SuspendedOrgs } from "../../shared/access/suspended-orgs.ts";
import { ShardCache } from "../../shared/events/shard-directory.ts";
import { batch } from "../../shared/lambda/batch.ts";
import { queueClient } from "../../shared/lambda/clients.ts";
import { reportDamagedItems } from "../../shared/lambda/damaged-items.ts";
import { deliveryQueue } from "../../shared/lambda/delivery-queue.ts";
import { env } from "../../shared/lambda/env.ts";
import { metrics, variables } from "../../shared/lambda/names.ts";
import { readReplayMessage, replayQueue } from "../../shared/lambda/replay-queue.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { deliveryStore } from "../../shared/store/deliveries.ts";
import { endpointSource } from "../../shared/store/endpoint-source.ts";
import { eventStore } from "../../shared/store/events.ts";
import { replayStore } from "../../shared/store/replays.ts";
import { shardSettingsReader } from "../../shared/store/sharded-orgs.ts";
import { suspendedOrgsReader } from "../../shared/store/suspended-orgs.ts";
import { type ReplayWorld, runReplay } from "../../shared/webhooks/replay-run.ts";

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

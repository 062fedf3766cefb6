import { randomBytes } from "node:crypto";
import { renderProblem } from "#shared/api/finzbooks/errors.ts";
import { http } from "#shared/api/handlers/http-handler.ts";
import { readJsonBody } from "#shared/api/handlers/json-body.ts";
import { answerWebhooks } from "#shared/api/webhooks/handler.ts";
import { suspendedOrgsReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { tokenUses } from "#shared/auth/dynamodb/token-use-store.ts";
import { SuspendedOrgs, withSuspensions } from "#shared/auth/orgs/suspended-orgs.ts";
import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import { shardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardCache } from "#shared/events/shards/shard-settings-cache.ts";
import { queueClient } from "#shared/platform/aws/clients.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env, isAllowed } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { deliveryQueue, throwUnsent } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { secretSealer } from "#shared/webhooks/endpoints/aws/secret-encryption.ts";
import { dataKeyStore } from "#shared/webhooks/endpoints/dynamodb/data-key-store.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import { healthStore } from "#shared/webhooks/limits/dynamodb/circuit-store.ts";
import { replayQueue } from "#shared/webhooks/replays/aws/replay-queue.ts";
import { replayListStore } from "#shared/webhooks/replays/dynamodb/replay-list-store.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";

const client = dynamoClient();
const queues = queueClient();
const config = env(variables.configTable);
const events = env(variables.eventsTable);
const table = env(variables.deliveriesTable);
const now = () => new Date();
const suspended = new SuspendedOrgs(suspendedOrgsReader(client, config), now);

/** Serves the webhook endpoints of the FinzBooks dialect behind the HTTP API. */
export const handler = http({
  name: "webhooks",
  answer: answerWebhooks({
    tokens: withSuspensions(tokenUses(client, config), suspended),
    endpoints: endpointStore(client, { config, events }, now),
    box: secretSealer(env(variables.secretsKey), dataKeyStore(client, config)),
    deliveries: deliveryStore(client, table),
    health: healthStore(client, table),
    queue: deliveryQueue(env(variables.deliveriesQueue), queues, throwUnsent),
    replays: replayStore(client, table),
    replayLists: replayListStore(client, table, now),
    replayQueue: replayQueue(env(variables.replaysQueue), queues),
    events: eventStore(client, events, {
      shards: new ShardCache(shardSettingsReader(client, config), now),
      now,
      reportDamage: reportDamagedItems,
    }),
    rules: {
      ownHosts: env(variables.apiHosts).split(" "),
      allowLoopback: isAllowed(variables.webhooksToLoopback),
    },
    now,
    random: randomBytes,
  }),
  prefetch: () => suspended.prefetch(),
  renderProblem,
  readBody: readJsonBody,
});

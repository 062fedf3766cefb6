import { randomBytes } from "node:crypto";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { parseJsonBody } from "#shared/api/handlers/json-body.ts";
import { createWebhooksHandler } from "#shared/api/webhooks/handler.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { createViewerKeyReader } from "#shared/auth/dynamodb/viewer-key-store.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { ViewerKeyCache } from "#shared/auth/viewer-tokens/viewer-key-cache.ts";
import { createViewerTokenVerifier } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { createSqsClient } from "#shared/platform/aws/clients.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env, isAllowed } from "#shared/platform/handlers/env.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { deliveryQueue, throwUnsent } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { createSecretEncryption } from "#shared/webhooks/endpoints/aws/secret-encryption.ts";
import { dataKeyStore } from "#shared/webhooks/endpoints/dynamodb/data-key-store.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import { endpointHealthList, endpointHealthStore } from "#shared/webhooks/limits/dynamodb/endpoint-health-store.ts";
import { replayQueue } from "#shared/webhooks/replays/aws/replay-queue.ts";
import { replayListStore } from "#shared/webhooks/replays/dynamodb/replay-list-store.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";

const client = createDynamoClient();
const queues = createSqsClient();
const config = env(envVars.configTable);
const events = env(envVars.eventsTable);
const table = env(envVars.deliveriesTable);
const now = () => new Date();
const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, config), now);

/** Serves the webhooks API. */
export const handler = createHttpHandler({
  name: "webhooks",
  handle: createWebhooksHandler({
    tokens: withUsableOrgs(createTokenUsageStore(client, config), suspended),
    verifyViewerToken: createViewerTokenVerifier(new ViewerKeyCache(createViewerKeyReader(client, config), now)),
    endpoints: endpointStore(client, { config, events }, now),
    encryption: createSecretEncryption(env(envVars.secretsKey), dataKeyStore(client, config)),
    deliveries: deliveryStore(client, table),
    health: { ...endpointHealthStore(client, table), ...endpointHealthList(client, table) },
    queue: deliveryQueue(env(envVars.deliveriesQueue), queues, throwUnsent),
    replays: replayStore(client, table),
    replayLists: replayListStore(client, table, now),
    replayQueue: replayQueue(env(envVars.replaysQueue), queues),
    events: createEventStore(client, events, {
      shards: new ShardSettingsCache(createShardSettingsReader(client, config), now),
      now,
      reportDamage: reportDamagedItems,
    }),
    rules: {
      ownHosts: env(envVars.apiHosts).split(" "),
      allowLoopback: isAllowed(envVars.webhooksToLoopback),
    },
    now,
    random: randomBytes,
  }),
  prefetch: () => suspended.prefetch(),
  renderError,
  acceptsViewerTokens: () => true,
  parseBody: parseJsonBody,
});

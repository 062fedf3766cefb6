import { randomBytes } from "node:crypto";
import { SuspendedOrgs, withSuspensions } from "../../shared/access/suspended-orgs.ts";
import { renderProblem } from "../../shared/dialects/finzbooks/problem.ts";
import { answerWebhooks } from "../../shared/dialects/finzbooks/webhooks/answer.ts";
import { ShardCache } from "../../shared/events/shard-directory.ts";
import { queueClient } from "../../shared/lambda/clients.ts";
import { reportDamagedItems } from "../../shared/lambda/damaged-items.ts";
import { deliveryQueue, throwUnsent } from "../../shared/lambda/delivery-queue.ts";
import { env, isAllowed } from "../../shared/lambda/env.ts";
import { http } from "../../shared/lambda/http.ts";
import { readJsonBody } from "../../shared/lambda/json-body.ts";
import { variables } from "../../shared/lambda/names.ts";
import { replayQueue } from "../../shared/lambda/replay-queue.ts";
import { secretSealer } from "../../shared/lambda/secret-box.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { dataKeyStore } from "../../shared/store/data-keys.ts";
import { deliveryStore } from "../../shared/store/deliveries.ts";
import { endpointStore } from "../../shared/store/endpoints.ts";
import { eventStore } from "../../shared/store/events.ts";
import { healthStore } from "../../shared/store/health.ts";
import { replayListStore } from "../../shared/store/replay-lists.ts";
import { replayStore } from "../../shared/store/replays.ts";
import { shardSettingsReader } from "../../shared/store/sharded-orgs.ts";
import { suspendedOrgsReader } from "../../shared/store/suspended-orgs.ts";
import { tokenUses } from "../../shared/store/token-uses.ts";

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

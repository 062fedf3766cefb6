import { randomBytes } from "node:crypto";
import { renderProblem } from "../../shared/dialects/finzbooks/problem.ts";
import { answerWebhooks } from "../../shared/dialects/finzbooks/webhooks/answer.ts";
import { queueClient } from "../../shared/lambda/clients.ts";
import { deliveryQueue } from "../../shared/lambda/delivery-queue.ts";
import { env, isAllowed } from "../../shared/lambda/env.ts";
import { http } from "../../shared/lambda/http.ts";
import { readJsonBody } from "../../shared/lambda/json-body.ts";
import { variables } from "../../shared/lambda/names.ts";
import { replayQueue } from "../../shared/lambda/replay-queue.ts";
import { secretBox } from "../../shared/lambda/secret-box.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { deliveryStore } from "../../shared/store/deliveries.ts";
import { endpointStore } from "../../shared/store/endpoints.ts";
import { eventStore } from "../../shared/store/events.ts";
import { healthStore } from "../../shared/store/health.ts";
import { replayStore } from "../../shared/store/replays.ts";
import { tokenUses } from "../../shared/store/token-uses.ts";

const client = dynamoClient();
const queues = queueClient();
const config = env(variables.configTable);
const events = env(variables.eventsTable);
const table = env(variables.deliveriesTable);
const now = () => new Date();

/** Serves the webhook endpoints of the FinzBooks dialect behind the HTTP API. */
export const handler = http({
  name: "webhooks",
  answer: answerWebhooks({
    tokens: tokenUses(client, config),
    endpoints: endpointStore(client, { config, events }, now),
    box: secretBox(env(variables.secretsKey)),
    deliveries: deliveryStore(client, table),
    health: healthStore(client, table),
    queue: deliveryQueue(env(variables.deliveriesQueue), queues),
    replays: replayStore(client, table),
    replayQueue: replayQueue(env(variables.replaysQueue), queues),
    events: eventStore(client, events),
    rules: {
      ownHosts: env(variables.apiHosts).split(" "),
      allowLoopback: isAllowed(variables.webhooksToLoopback),
    },
    now,
    random: randomBytes,
  }),
  renderProblem,
  readBody: readJsonBody,
});

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { batchTogether } from "../../shared/lambda/batch.ts";
import { queueClient } from "../../shared/lambda/clients.ts";
import { reportDamagedItems } from "../../shared/lambda/damaged-items.ts";
import { deliverRecords } from "../../shared/lambda/deliver-records.ts";
import { comesFrom, deliveryQueue } from "../../shared/lambda/delivery-queue.ts";
import { env, isAllowed } from "../../shared/lambda/env.ts";
import { variables } from "../../shared/lambda/names.ts";
import { secretOpener } from "../../shared/lambda/secret-box.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { deliveryStore } from "../../shared/store/deliveries.ts";
import { dueStore } from "../../shared/store/due.ts";
import { endpointStore } from "../../shared/store/endpoints.ts";
import { eventStore } from "../../shared/store/events.ts";
import { healthStore } from "../../shared/store/health.ts";
import { permitStore } from "../../shared/store/permits.ts";
import type { DeliveryWorld } from "../../shared/webhooks/delivery-world.ts";
import { Refusals } from "../../shared/webhooks/refusals.ts";
import { sender } from "../../shared/webhooks/send.ts";

const client = dynamoClient();
const queues = queueClient();
const table = env(variables.deliveriesTable);
const now = () => new Date();
const slowQueueUrl = env(variables.slowDeliveriesQueue);
const slowQueue = deliveryQueue(slowQueueUrl, queues);

const fastLane: DeliveryWorld = {
  endpoints: endpointStore(client, { config: env(variables.configTable), events: env(variables.eventsTable) }, now),
  deliveries: deliveryStore(client, table),
  health: healthStore(client, table),
  permits: permitStore(client, table),
  due: dueStore(client, table),
  queue: deliveryQueue(env(variables.deliveriesQueue), queues),
  slowLane: slowQueue,
  sendsPerOrg: Number(env(variables.sendsPerOrg)),
  refusals: new Refusals(),
  events: eventStore(client, env(variables.eventsTable), { now, reportDamage: reportDamagedItems }),
  box: secretOpener(env(variables.secretsKey)),
  send: sender({
    ownHosts: env(variables.apiHosts).split(" "),
    allowLoopback: isAllowed(variables.webhooksToLoopback),
  }),
  now,
  random: Math.random,
  newId: randomUUID,
  sleep,
};

const slowLane: DeliveryWorld = { ...fastLane, queue: slowQueue, slowLane: null };

/** Consumes the two queues of deliveries: signs, sends and records. A batch is of one queue. */
export const handler = batchTogether((records) => {
  const isSlow = records.some((record) => comesFrom(slowQueueUrl, record));
  return deliverRecords(isSlow ? slowLane : fastLane, records);
});

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { batchTogether } from "../../shared/lambda/batch.ts";
import { deliverRecords } from "../../shared/lambda/deliver-records.ts";
import { deliveryQueue } from "../../shared/lambda/delivery-queue.ts";
import { env, isAllowed } from "../../shared/lambda/env.ts";
import { variables } from "../../shared/lambda/names.ts";
import { secretOpener } from "../../shared/lambda/secret-box.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { deliveryStore } from "../../shared/store/deliveries.ts";
import { dueStore } from "../../shared/store/due.ts";
import { endpointStore } from "../../shared/store/endpoints.ts";
import { eventStore } from "../../shared/store/events.ts";
import { healthStore } from "../../shared/store/health.ts";
import type { DeliveryWorld } from "../../shared/webhooks/delivery-world.ts";
import { sender } from "../../shared/webhooks/send.ts";

const client = dynamoClient();
const table = env(variables.deliveriesTable);
const now = () => new Date();

const world: DeliveryWorld = {
  endpoints: endpointStore(client, { config: env(variables.configTable), events: env(variables.eventsTable) }, now),
  deliveries: deliveryStore(client, table),
  health: healthStore(client, table),
  due: dueStore(client, table),
  queue: deliveryQueue(env(variables.deliveriesQueue)),
  events: eventStore(client, env(variables.eventsTable)),
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

/** Consumes the queue of deliveries: signs, sends and records. */
export const handler = batchTogether((records) => deliverRecords(world, records));

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SuspendedOrgs } from "../../shared/access/suspended-orgs.ts";
import type { AuditLog } from "../../shared/lambda/audit-log.ts";
import { batchTogether } from "../../shared/lambda/batch.ts";
import { boundedAuditLog } from "../../shared/lambda/bounded-audit-log.ts";
import { queueClient } from "../../shared/lambda/clients.ts";
import { reportDamagedItems } from "../../shared/lambda/damaged-items.ts";
import { deliverRecords } from "../../shared/lambda/deliver-records.ts";
import { comesFrom, deliveryQueue } from "../../shared/lambda/delivery-queue.ts";
import { env, isAllowed } from "../../shared/lambda/env.ts";
import { variables } from "../../shared/lambda/names.ts";
import { secretOpener } from "../../shared/lambda/secret-box.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { deliveryStore } from "../../shared/store/deliveries.ts";
import { destinationStore } from "../../shared/store/destinations.ts";
import { dueStore } from "../../shared/store/due.ts";
import { endpointStore } from "../../shared/store/endpoints.ts";
import { eventStore } from "../../shared/store/events.ts";
import { healthStore } from "../../shared/store/health.ts";
import { permitStore } from "../../shared/store/permits.ts";
import { suspendedOrgsReader } from "../../shared/store/suspended-orgs.ts";
import type { DeliveryWorld } from "../../shared/webhooks/delivery-world.ts";
import { Destinations } from "../../shared/webhooks/destinations.ts";
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
  destinations: new Destinations(destinationStore(client, table), Number(env(variables.sendsPerHost)), now),
  suspended: new SuspendedOrgs(suspendedOrgsReader(client, env(variables.configTable)), now),
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

/** A batch may have taken 19 of its 30 seconds before lines are written, and needs some to be reported. */
const auditLimitMs = 4_000;

let accessLogOnce: AuditLog | undefined;

/** Imported on first use: most instances never give a delivery up, and the client would slow every cold start. */
const importedLog: AuditLog = {
  async put(entries) {
    const { auditLog } = await import("../../shared/lambda/audit-log.ts");
    const stream = `${now().toISOString().slice(0, 10)}/${randomUUID()}`;
    accessLogOnce ??= auditLog(env(variables.auditLogGroup), stream);
    await accessLogOnce.put(entries);
  },
};

const accessLog = boundedAuditLog(importedLog, auditLimitMs, sleep);

/** Consumes the two queues of deliveries: signs, sends and records. A batch is of one queue. */
export const handler = batchTogether((records) => {
  const isSlow = records.some((record) => comesFrom(slowQueueUrl, record));
  return deliverRecords(isSlow ? slowLane : fastLane, records, accessLog);
});

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditLog } from "#shared/audit/aws/audit-log.ts";
import { boundedAuditLog } from "#shared/audit/aws/bounded-audit-log.ts";
import { suspendedOrgsReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { SuspendedOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import { queueClient } from "#shared/platform/aws/clients.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env, isAllowed } from "#shared/platform/handlers/env.ts";
import { batchTogether } from "#shared/platform/handlers/sqs-handler.ts";
import { variables } from "#shared/platform/names.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { deliverRecords } from "#shared/webhooks/deliveries/aws/deliver-records.ts";
import { comesFrom, deliveryQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { dueStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { secretOpener } from "#shared/webhooks/endpoints/aws/secret-encryption.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import { healthStore } from "#shared/webhooks/limits/dynamodb/circuit-store.ts";
import { destinationStore } from "#shared/webhooks/limits/dynamodb/host-counter-store.ts";
import { permitStore } from "#shared/webhooks/limits/dynamodb/org-permit-store.ts";
import { Destinations } from "#shared/webhooks/limits/host-rate-limit.ts";
import { Refusals } from "#shared/webhooks/limits/refusals.ts";
import { sender } from "#shared/webhooks/sending/send.ts";

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
    const { auditLog } = await import("#shared/audit/aws/audit-log.ts");
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

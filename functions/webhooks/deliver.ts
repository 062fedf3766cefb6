import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditLog } from "#shared/audit/aws/audit-log.ts";
import { withAuditLogTimeout } from "#shared/audit/aws/bounded-audit-log.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { SuspendedOrgCache } from "#shared/auth/orgs/suspended-orgs.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createSqsClient } from "#shared/platform/aws/clients.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env, isAllowed } from "#shared/platform/handlers/env.ts";
import { createSqsBatchHandler } from "#shared/platform/handlers/sqs-handler.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";
import { handleDeliveryRecords } from "#shared/webhooks/deliveries/aws/delivery-handler.ts";
import { deliveryQueue, isFromQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { scheduledDeliveryStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { createSecretDecryption } from "#shared/webhooks/endpoints/aws/secret-encryption.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import { endpointHealthStore } from "#shared/webhooks/limits/dynamodb/endpoint-health-store.ts";
import { hostCounterStore } from "#shared/webhooks/limits/dynamodb/host-counter-store.ts";
import { orgPermitStore } from "#shared/webhooks/limits/dynamodb/org-permit-store.ts";
import { HostRateLimiter } from "#shared/webhooks/limits/host-rate-limiter.ts";
import { NegativeCache } from "#shared/webhooks/limits/negative-cache.ts";
import { createSender } from "#shared/webhooks/sending/send.ts";

const client = createDynamoClient();
const queues = createSqsClient();
const table = env(envVars.deliveriesTable);
const now = () => new Date();
const slowQueueUrl = env(envVars.slowDeliveriesQueue);
const slowQueue = deliveryQueue(slowQueueUrl, queues);

const fastLane: DeliveryPorts = {
  endpoints: endpointStore(client, { config: env(envVars.configTable), events: env(envVars.eventsTable) }, now),
  deliveries: deliveryStore(client, table),
  health: endpointHealthStore(client, table),
  orgPermits: orgPermitStore(client, table),
  scheduled: scheduledDeliveryStore(client, table),
  queue: deliveryQueue(env(envVars.deliveriesQueue), queues),
  slowLane: slowQueue,
  sendsPerOrg: Number(env(envVars.sendsPerOrg)),
  negativeCache: new NegativeCache(),
  hostRateLimiter: new HostRateLimiter(hostCounterStore(client, table), Number(env(envVars.sendsPerHost)), now),
  suspended: new SuspendedOrgCache(createSuspendedOrgReader(client, env(envVars.configTable)), now),
  events: createEventStore(client, env(envVars.eventsTable), { now, reportDamage: reportDamagedItems }),
  encryption: createSecretDecryption(env(envVars.secretsKey)),
  send: createSender({
    ownHosts: env(envVars.apiHosts).split(" "),
    allowLoopback: isAllowed(envVars.webhooksToLoopback),
  }),
  now,
  random: Math.random,
  newId: randomUUID,
  sleep,
};

const slowLane: DeliveryPorts = { ...fastLane, queue: slowQueue, slowLane: null };

/** A batch may have used 19 of its 30 seconds before the lines are written, and needs some for its result. */
const auditLimitMs = 4_000;

let accessLogOnce: AuditLog | undefined;

/** Imported on first use: most instances never give a delivery up, and the client would slow every cold start. */
const importedLog: AuditLog = {
  async put(entries) {
    const { createAuditLog: auditLog } = await import("#shared/audit/aws/audit-log.ts");
    const stream = `${now().toISOString().slice(0, 10)}/${randomUUID()}`;
    accessLogOnce ??= auditLog(env(envVars.auditLogGroup), stream);
    await accessLogOnce.put(entries);
  },
};

const accessLog = withAuditLogTimeout(importedLog, auditLimitMs, sleep);

/** Delivers the messages of the two delivery queues. A batch is of one queue. */
export const handler = createSqsBatchHandler((records) => {
  const isSlow = records.some((record) => isFromQueue(slowQueueUrl, record));
  return handleDeliveryRecords(isSlow ? slowLane : fastLane, records, accessLog);
});

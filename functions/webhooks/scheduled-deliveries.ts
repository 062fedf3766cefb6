import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";
import { deliveryQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { scheduledDeliveryStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { enqueueDueDeliveries, type ScheduleWorker } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";

const ports = {
  scheduled: scheduledDeliveryStore(createDynamoClient(), env(envVars.deliveriesTable)),
  queue: deliveryQueue(env(envVars.deliveriesQueue)),
  now: () => new Date(),
};

/** Enqueues the attempts that are due. A rule of EventBridge invokes each worker every minute. */
export async function handler(worker: ScheduleWorker): Promise<void> {
  emitMetrics({ [metricNames.deliveriesDue]: await enqueueDueDeliveries(ports, worker) }, ports.now());
}

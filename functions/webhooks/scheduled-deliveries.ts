import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";
import { deliveryQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { scheduledDeliveryStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { enqueueDueDeliveries, type ScheduleWorker } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";

const world = {
  due: scheduledDeliveryStore(createDynamoClient(), env(envVars.deliveriesTable)),
  queue: deliveryQueue(env(envVars.deliveriesQueue)),
  now: () => new Date(),
};

/** Enqueues the attempts that are due. The schedule invokes it each minute, with the share of the shards to look at. */
export async function handler(share: ScheduleWorker): Promise<void> {
  emitMetrics({ [metricNames.deliveriesDue]: await enqueueDueDeliveries(world, share) }, world.now());
}

import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { metrics, variables } from "#shared/platform/names.ts";
import { count } from "#shared/platform/observability/metrics.ts";
import { deliveryQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { dueStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { enqueueDue, type Share } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";

const world = {
  due: dueStore(dynamoClient(), env(variables.deliveriesTable)),
  queue: deliveryQueue(env(variables.deliveriesQueue)),
  now: () => new Date(),
};

/** Enqueues the attempts that are due. The schedule invokes it each minute, with the share of the shards to look at. */
export async function handler(share: Share): Promise<void> {
  count({ [metrics.deliveriesDue]: await enqueueDue(world, share) }, world.now());
}

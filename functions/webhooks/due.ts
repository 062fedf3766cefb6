import { deliveryQueue } from "../../shared/lambda/delivery-queue.ts";
import { env } from "../../shared/lambda/env.ts";
import { count } from "../../shared/lambda/metrics.ts";
import { metrics, variables } from "../../shared/lambda/names.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { dueStore } from "../../shared/store/due.ts";
import { enqueueDue, type Share } from "../../shared/webhooks/due.ts";

const world = {
  due: dueStore(dynamoClient(), env(variables.deliveriesTable)),
  queue: deliveryQueue(env(variables.deliveriesQueue)),
  now: () => new Date(),
};

/** Enqueues the attempts that are due. The schedule invokes it each minute, with the share of the shards to look at. */
export async function handler(share: Share): Promise<void> {
  count({ [metrics.deliveriesDue]: await enqueueDue(world, share) }, world.now());
}

import { isAheadOf, withTrustedTime } from "#shared/events/clock-skew.ts";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import { queueClient } from "#shared/platform/aws/clients.ts";
import { unreadQueue } from "#shared/platform/aws/quarantine-queue.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { stream } from "#shared/platform/handlers/stream-handler.ts";
import { metrics, variables } from "#shared/platform/names.ts";
import { log } from "#shared/platform/observability/log.ts";
import { deliveryQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { fanOut } from "#shared/webhooks/deliveries/fan-out.ts";
import { endpointSource } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";

const now = () => new Date();
const endpoints = new EndpointCache(endpointSource(dynamoClient(), env(variables.configTable)), now, ({ change_id }) =>
  log("error", "endpoint change damaged", { change_id }),
);
const client = queueClient();
const queue = deliveryQueue(env(variables.deliveriesQueue), client);

/** Follows the stream of the events table and begins a delivery for each event and endpoint that wants it. */
export const handler = stream({
  read(image, stored) {
    const event = parseEventItem(image);
    if (isAheadOf(event, stored ?? now())) throw new Error("The event is dated in the future.");
    return withTrustedTime(event, stored);
  },
  async handle(events) {
    const { begun, failed } = await fanOut({ endpoints, queue, now }, events);
    return { failed, counts: new Map([[metrics.deliveriesBegun, begun]]) };
  },
  unread: unreadQueue(env(variables.unreadQueue), client),
});

import { isAheadOf, withTrustedTime } from "../../shared/events/clock-skew.ts";
import { queueClient } from "../../shared/lambda/clients.ts";
import { deliveryQueue } from "../../shared/lambda/delivery-queue.ts";
import { env } from "../../shared/lambda/env.ts";
import { log } from "../../shared/lambda/log.ts";
import { metrics, variables } from "../../shared/lambda/names.ts";
import { stream } from "../../shared/lambda/stream.ts";
import { unreadQueue } from "../../shared/lambda/unread.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { endpointSource } from "../../shared/store/endpoint-source.ts";
import { parseEventItem } from "../../shared/store/parse-event-item.ts";
import { EndpointCache } from "../../shared/webhooks/endpoint-cache.ts";
import { fanOut } from "../../shared/webhooks/fan-out.ts";

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

import type { ActivityEvent } from "../events/event.ts";
import { type DeliveryMessage, type DeliveryQueue, deliveryIdOf } from "./delivery.ts";
import type { EndpointDirectory } from "./endpoint-directory.ts";
import { eventTypeOf } from "./event-type.ts";
import { wants } from "./filter.ts";

export type FanOutWorld = {
  readonly directory: Pick<EndpointDirectory, "endpointsOf">;
  readonly queue: DeliveryQueue;
  now(): Date;
};

/** What a batch of events came to: how many deliveries were begun, and the events that must come again. */
export type FannedOut = { readonly begun: number; readonly failed: ReadonlySet<ActivityEvent> };

/**
 * Begins one delivery for each event and endpoint that wants it. Disabled endpoints take part: what they miss is
 * listed, and can be replayed. An event that comes again begins the same deliveries under the same ids.
 */
export async function fanOut(
  { directory, queue, now }: FanOutWorld,
  events: readonly ActivityEvent[],
): Promise<FannedOut> {
  const started_at = now().toISOString();
  const eventOf = new Map<DeliveryMessage, ActivityEvent>();
  // An event that its writer wants no webhook for is listed, and sent by a replay of everything alone.
  for (const event of events.filter(({ notify }) => notify !== "no")) {
    for (const endpoint of await directory.endpointsOf(event.org_id)) {
      if (wants(endpoint, event)) eventOf.set(messageOf(endpoint.endpoint_id, event, started_at), event);
    }
  }
  const messages = [...eventOf.keys()];
  const refused = messages.length === 0 ? [] : await queue.send(messages, 0);
  const failed = new Set(refused.flatMap((message) => eventOf.get(message) ?? []));
  return { begun: messages.length - refused.length, failed };
}

function messageOf(endpoint_id: string, event: ActivityEvent, started_at: string): DeliveryMessage {
  const { org_id, entity_id, occurred_at, event_id } = event;
  return {
    org_id,
    endpoint_id,
    delivery_id: deliveryIdOf(endpoint_id, event),
    event_type: eventTypeOf(event),
    event: { entity_id, occurred_at, event_id },
    cycle: 0,
    started_at,
    step: 0,
    parked: 0,
    urgent: false,
    resend: false,
  };
}

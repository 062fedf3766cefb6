import type { ActivityEvent } from "#shared/events/event.ts";
import type { Subscription } from "#shared/webhooks/endpoints/endpoint.ts";
import type { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import { wants } from "#shared/webhooks/event-types/event-type-filter.ts";
import { type DeliveryMessage, type DeliveryQueue, deliveryIdOf } from "./delivery.ts";

export type FanOutWorld = {
  readonly endpoints: Pick<EndpointCache, "endpointsOf">;
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
  { endpoints, queue, now }: FanOutWorld,
  events: readonly ActivityEvent[],
): Promise<FannedOut> {
  const started_at = now().toISOString();
  const eventOf = new Map<DeliveryMessage, ActivityEvent>();
  // An event that its writer wants no webhook for is listed, and sent by a replay of everything alone.
  const wanted = events.filter(({ notify }) => notify !== "no");
  const lists = await listsOf(endpoints, wanted);
  for (const event of wanted) {
    for (const endpoint of lists.get(event.org_id) ?? []) {
      if (wants(endpoint, event)) eventOf.set(messageOf(endpoint.endpoint_id, event, started_at), event);
    }
  }
  const messages = [...eventOf.keys()];
  const refused = messages.length === 0 ? [] : await queue.send(messages, 0);
  const failed = new Set(refused.flatMap((message) => eventOf.get(message) ?? []));
  return { begun: messages.length - refused.length, failed };
}

/** The endpoints of each organisation of a batch, which is read at the same time for all of them. */
async function listsOf(
  endpoints: FanOutWorld["endpoints"],
  events: readonly ActivityEvent[],
): Promise<ReadonlyMap<string, readonly Subscription[]>> {
  const orgIds = new Set(events.map(({ org_id }) => org_id));
  const read = async (orgId: string) => [orgId, await endpoints.endpointsOf(orgId)] as const;
  return new Map(await Promise.all([...orgIds].map(read)));
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

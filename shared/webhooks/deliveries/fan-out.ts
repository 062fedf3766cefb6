import { toleratedSkewMs } from "#shared/events/clock-skew.ts";
import type { SequencedEvent } from "#shared/ledger/sequenced-event.ts";
import type { EndpointSubscription } from "#shared/webhooks/endpoints/endpoint.ts";
import type { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import { subscribesToEvent } from "#shared/webhooks/event-types/event-type-filter.ts";
import { type DeliveryMessage, type DeliveryQueue, deliveryIdOf } from "./delivery.ts";

export type FanOutPorts = {
  readonly endpoints: Pick<EndpointCache, "list">;
  readonly queue: DeliveryQueue;
  now(): Date;
};

/** How many deliveries a batch of events began, and the events that must be retried. */
export type FanOutResult = { readonly begun: number; readonly failed: ReadonlySet<SequencedEvent> };

/** Messages that exist at the same time, of about a kilobyte each. A batch of the stream may need a quarter of a million. */
export const maxMessages = 5_000;

/**
 * Begins one delivery for each event and subscribed endpoint, disabled ones included: their deliveries are listed as
 * failed, and can be replayed. A repeated event begins the same deliveries under the same ids.
 */
export async function fanOut(
  { endpoints, queue, now }: FanOutPorts,
  events: readonly SequencedEvent[],
): Promise<FanOutResult> {
  const started_at = now().toISOString();
  // Events without notification are stored, but only a replay of all events sends them.
  const notified = events.filter(({ notifies }) => notifies);
  const lists = await listsOf(endpoints, notified);
  const failed = new Set<SequencedEvent>();
  let begun = 0;
  let eventOf = new Map<DeliveryMessage, SequencedEvent>();
  const send = async () => {
    const messages = [...eventOf.keys()];
    const unsent = messages.length === 0 ? [] : await queue.send(messages, 0);
    for (const event of unsent.flatMap((message) => eventOf.get(message) ?? [])) failed.add(event);
    begun += messages.length - unsent.length;
    eventOf = new Map();
  };
  for (const event of notified) {
    const owed = (lists.get(event.org_id) ?? []).filter((endpoint) => isOwed(endpoint, event));
    if (eventOf.size + owed.length > maxMessages) await send();
    for (const { endpoint_id } of owed) eventOf.set(messageOf(endpoint_id, event, started_at), event);
  }
  await send();
  return { begun, failed };
}

/** A stream that is read from its beginning also has events from before an endpoint was created, which it must not get. */
function isOwed(endpoint: EndpointSubscription, event: SequencedEvent): boolean {
  const ageMs = Date.parse(endpoint.created_at) - Date.parse(event.recorded_at);
  return ageMs <= toleratedSkewMs && subscribesToEvent(endpoint, event);
}

/** Reads the endpoints of all organisations of a batch concurrently. */
async function listsOf(
  endpoints: FanOutPorts["endpoints"],
  events: readonly SequencedEvent[],
): Promise<ReadonlyMap<string, readonly EndpointSubscription[]>> {
  const orgIds = new Set(events.map(({ org_id }) => org_id));
  const read = async (orgId: string) => [orgId, await endpoints.list(orgId)] as const;
  return new Map(await Promise.all([...orgIds].map(read)));
}

function messageOf(endpoint_id: string, event: SequencedEvent, started_at: string): DeliveryMessage {
  const { org_id, entity_id, occurred_at, event_id, sequence, sealed_at } = event;
  return {
    org_id,
    endpoint_id,
    delivery_id: deliveryIdOf(endpoint_id, event),
    event_type: eventTypeOf(event),
    event: { entity_id, occurred_at, event_id },
    sequence,
    sealed_at,
    cycle: 0,
    started_at,
    step: 0,
    parked: 0,
    urgent: false,
    resend: false,
  };
}

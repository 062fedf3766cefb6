import { DamagedItemError } from "#shared/events/damaged-item.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import { type Delivery, deliveryTime } from "./delivery.ts";

/** Reads single events of the log. */
export type EventGetter = {
  /** Returns the event at a position; `null` if it does not exist. Throws `DamagedItemError`. */
  get(orgId: string, at: Position): Promise<ActivityEvent | null>;
};

/**
 * Returns the event of a delivery; `null` if it is missing, damaged or of another type than the one that the delivery
 * was created for, so that no further attempt would find it.
 */
export async function getDeliveredEvent(
  events: EventGetter,
  { org_id, event, event_type, delivery_id }: Pick<Delivery, "org_id" | "event" | "event_type" | "delivery_id">,
): Promise<ActivityEvent | null> {
  if (event === null) {
    // Imported for tests only: the event schema would slow every cold start.
    const { sampleEvent } = await import("#shared/webhooks/event-types/samples.ts");
    return sampleEvent(event_type, org_id, deliveryTime(delivery_id));
  }
  try {
    const found = await events.get(org_id, event);
    return found !== null && eventTypeOf(found) === event_type ? found : null;
  } catch (error) {
    if (error instanceof DamagedItemError) return null;
    throw error;
  }
}

import type { ActivityEvent } from "#shared/events/event.ts";
import { renderEvent, renderTime } from "#shared/events/rendering/render-event.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import type { Delivery } from "./delivery.ts";

/** What the body of a delivery says besides the event. `event` is `null` for a test. */
export type DeliveryEnvelope = Pick<Delivery, "delivery_id" | "event" | "sequence" | "sealed_at">;

/**
 * Renders the body of a delivery; that of a test contains `"test":true`. Written as text, so that the event is byte for
 * byte that of the API, and the signed bytes are those that are sent.
 */
export function renderPayload(event: ActivityEvent, delivery: DeliveryEnvelope): string {
  const { delivery_id, sequence, sealed_at } = delivery;
  return (
    `{"event_type":"${eventTypeOf(event)}","delivery_id":"${delivery_id}"` +
    `,"sequence":${sequence},"sealed_at":${JSON.stringify(sealed_at)}${delivery.event === null ? ',"test":true' : ""}` +
    `,"occurred_at":"${renderTime(event.occurred_at)}","org_id":"${event.org_id}","data":${renderEvent(event)}}`
  );
}

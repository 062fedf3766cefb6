import type { ActivityEvent } from "#shared/events/event.ts";
import { renderEvent, renderTime } from "#shared/events/rendering/render-event.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";

/**
 * Renders the body of a delivery; that of a test contains `"test":true`. Written as text, so that the event is byte for
 * byte that of the API, and the signed bytes are those that are sent.
 */
export function renderPayload(event: ActivityEvent, deliveryId: string, isTest = false): string {
  return (
    `{"event_type":"${eventTypeOf(event)}","delivery_id":"${deliveryId}"${isTest ? ',"test":true' : ""}` +
    `,"occurred_at":"${renderTime(event.occurred_at)}","org_id":"${event.org_id}","data":${renderEvent(event)}}`
  );
}

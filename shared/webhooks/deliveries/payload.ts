import { renderEvent, renderTime } from "#shared/api/finzbooks/render.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";

/**
 * The body of a delivery; that of a test says `"test":true`, which is signed with the rest. Written as text, so that the event in it is byte for byte what the log answers: the bytes
 * that are signed are these, and the bytes that are sent.
 */
export function payloadOf(event: ActivityEvent, deliveryId: string, isTest = false): string {
  return (
    `{"event_type":"${eventTypeOf(event)}","delivery_id":"${deliveryId}"${isTest ? ',"test":true' : ""}` +
    `,"occurred_at":"${renderTime(event.occurred_at)}","org_id":"${event.org_id}","data":${renderEvent(event)}}`
  );
}

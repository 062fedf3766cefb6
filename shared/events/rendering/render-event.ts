import type { ActivityEvent } from "#shared/events/event.ts";

/**
 * Renders an event as the FinzBooks API and webhooks send it, with the keys in the order of the FinzBooks contract. It
 * is built as text because structured fields are JSON text already. `extraFields` are members, each after a comma.
 */
export function renderEvent(event: ActivityEvent, extraFields = ""): string {
  return (
    `{"event_id":"${event.event_id}","action":"${event.action}","entity_type":"${event.entity_type}"` +
    `,"entity_id":${JSON.stringify(event.entity_id)},"entity_ref":${JSON.stringify(event.entity_ref)}` +
    `,"actor_user_id":${JSON.stringify(event.actor_user_id)},"changes":${event.changes ?? "null"}` +
    `,"metadata":${event.metadata},"occurred_at":"${renderTime(event.occurred_at)}"${extraFields}}`
  );
}

/** Returns a timestamp with three fraction digits, or with whole seconds if the fraction is zero. */
export function renderTime(time: string): string {
  return time.endsWith(".000Z") ? `${time.slice(0, -5)}Z` : time;
}

import type { ActivityEvent } from "#shared/events/event.ts";
import type { SequencedEvent } from "#shared/ledger/sequenced-event.ts";
import { anEvent } from "#test/support/builders.ts";

/** As in `aDeliveryMessage`. */
const testPlace = { sequence: 4_711, sealed_at: "2026-05-11T08:30:12.204Z" };

/** Returns an event as the ledger describes it. */
export function toSequenced(event: ActivityEvent, place = testPlace): SequencedEvent {
  const { org_id, event_id, entity_id, entity_type, action, occurred_at, recorded_at, notify } = event;
  const notifies = notify === null;
  return { org_id, event_id, entity_id, entity_type, action, occurred_at, recorded_at, notifies, ...place };
}

export function aSequencedEvent(over: Partial<ActivityEvent> = {}): SequencedEvent {
  return toSequenced(anEvent(over));
}

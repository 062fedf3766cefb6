import type { Position } from "#shared/events/event.ts";

/** The position alone of what may be an event: with the key of an item that is none, since a read goes on behind it. */
export function onlyPosition({ occurred_at, event_id, entity_id, key }: Position): Position {
  return { occurred_at, event_id, entity_id, ...(key !== undefined && { key }) };
}

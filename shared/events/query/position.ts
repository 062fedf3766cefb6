import type { Position } from "#shared/events/event.ts";

/** Returns only the fields of a position, including the key of an item that is not an event: reads go on after it. */
export function onlyPosition({ occurred_at, event_id, entity_id, key }: Position): Position {
  return { occurred_at, event_id, entity_id, ...(key !== undefined && { key }) };
}

/** Whether two positions are those of the same event. */
export function isSamePosition(left: Position, right: Position): boolean {
  return (
    left.event_id === right.event_id && left.occurred_at === right.occurred_at && left.entity_id === right.entity_id
  );
}

/**
 * Compares positions in the order of every list: negative if the left comes first, 0 if they are the same. Text is
 * compared by its UTF-8 bytes, as DynamoDB does.
 */
export function compareNewestFirst(left: Position, right: Position): number {
  if (left.occurred_at !== right.occurred_at) return left.occurred_at < right.occurred_at ? 1 : -1;
  if (left.event_id !== right.event_id) return left.event_id < right.event_id ? 1 : -1;
  if (left.entity_id === right.entity_id) return 0;
  return Buffer.compare(Buffer.from(right.entity_id), Buffer.from(left.entity_id));
}

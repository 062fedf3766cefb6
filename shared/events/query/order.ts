import type { Position } from "#shared/events/event.ts";

/**
 * Compares positions in the order of every list: negative if the left comes first, 0 if they are the same. As DynamoDB
 * does, which orders text by its UTF-8 bytes.
 */
export function compareNewestFirst(left: Position, right: Position): number {
  if (left.occurred_at !== right.occurred_at) return left.occurred_at < right.occurred_at ? 1 : -1;
  if (left.event_id !== right.event_id) return left.event_id < right.event_id ? 1 : -1;
  if (left.entity_id === right.entity_id) return 0;
  return Buffer.compare(Buffer.from(right.entity_id), Buffer.from(left.entity_id));
}

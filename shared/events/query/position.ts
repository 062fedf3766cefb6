import type { Position } from "#shared/events/event.ts";
import { parseJson } from "#shared/platform/json.ts";

/** Returns only the fields of a position, including the key of an item that is not an event: reads go on after it. */
export function onlyPosition({ occurred_at, event_id, entity_id, key }: Position): Position {
  return { occurred_at, event_id, entity_id, ...(key !== undefined && { key }) };
}

/**
 * Encodes a position as a JSON array, the form in cursors and page checkpoints. The key of an item that is not an event
 * follows the three fields, because an earlier release reads only those.
 */
export function encodePosition({ occurred_at, event_id, entity_id, key }: Position): string {
  return JSON.stringify([occurred_at, event_id, entity_id, ...(key === undefined ? [] : [key.timeline, key.position])]);
}

/** Parses an encoded position; `null` for any other text. Its fields may be any text. */
export function parsePosition(text: string): Position | null {
  const parts = parseJson(text);
  if (!Array.isArray(parts) || parts.length > 5) return null;
  const [occurred_at, event_id, entity_id, timeline, position]: readonly unknown[] = parts;
  if (typeof occurred_at !== "string" || typeof event_id !== "string" || typeof entity_id !== "string") return null;
  if (parts.length === 3) return { occurred_at, event_id, entity_id };
  if (typeof timeline !== "string" || typeof position !== "string") return null;
  return { occurred_at, event_id, entity_id, key: { timeline, position } };
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

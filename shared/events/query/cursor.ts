import { createHash } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { Position } from "#shared/events/event.ts";
import type { EventFilter } from "./query.ts";

const version = "1";

/** Maximum bytes of a sort key in DynamoDB: see "Sort key length" among its quotas. */
const maxPositionBytes = 1_024;

/**
 * Encodes a position as an opaque cursor with a checksum over the position, the organisation and the filters. The
 * checksum detects damage and reuse in another list. It need not be secret: the partition is never taken from a cursor.
 */
export function encodeCursor(position: Position, orgId: string, filter: EventFilter): string {
  const { occurred_at, event_id, entity_id, key } = position;
  const text = JSON.stringify([occurred_at, event_id, entity_id, ...(key ? [key.timeline, key.position] : [])]);
  return Buffer.from(`${version}${checksum(text, orgId, filter)}${text}`).toString("base64url");
}

/**
 * Parses a cursor. Throws `ActivityError` `invalid_value` unless it was made for this organisation and these filters.
 */
export function parseCursor(cursor: string, orgId: string, filter: EventFilter): Position {
  const plain = Buffer.from(cursor, "base64url").toString();
  const text = plain.slice(version.length + checksumLength);
  if (plain !== `${version}${checksum(text, orgId, filter)}${text}`) throw invalidCursor();
  // Decoding is lenient: other alphabets, padding and stray characters decode to the same position.
  if (Buffer.from(plain).toString("base64url") !== cursor) throw invalidCursor();
  const [occurred_at, event_id, entity_id, ...rest] = parsedArray(text);
  if (typeof occurred_at !== "string" || typeof event_id !== "string" || typeof entity_id !== "string")
    throw invalidCursor();
  // Anyone can compute a checksum, so check that DynamoDB can start after the position. It need not be that of an
  // event: a page may continue after a damaged item.
  const parts = [occurred_at, event_id, entity_id];
  if (parts.includes("") || Buffer.byteLength(parts.join("")) > maxPositionBytes) throw invalidCursor();
  if (!parts.every((part) => part.isWellFormed())) throw invalidCursor();
  if (occurred_at < (filter.since ?? occurred_at) || occurred_at > (filter.until ?? occurred_at)) throw invalidCursor();
  return { occurred_at, event_id, entity_id, ...parseItemKey(rest) };
}

/** Parses the key of the damaged item at which a page ended, if any. */
function parseItemKey([timeline, position, ...others]: readonly unknown[]): Pick<Position, "key"> {
  if (timeline === undefined) return {};
  if (typeof timeline !== "string" || typeof position !== "string" || others.length > 0) throw invalidCursor();
  const isKey = (part: string, bytes: number) => part !== "" && part.isWellFormed() && Buffer.byteLength(part) <= bytes;
  if (!isKey(timeline, 2 * maxPositionBytes) || !isKey(position, maxPositionBytes)) throw invalidCursor();
  return { key: { timeline, position } };
}

function parsedArray(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

const checksumLength = 22;

function checksum(text: string, orgId: string, filter: EventFilter): string {
  const bound = JSON.stringify([
    version,
    text,
    orgId,
    filter.entity_type,
    filter.entity_id,
    filter.actor_user_id,
    filter.contact_id,
    filter.payment_status,
    filter.visibleEntityTypes,
    filter.since,
    filter.until,
    // Omitted without this filter, so that cursors from before it existed stay valid.
    ...(filter.action === null ? [] : [filter.action]),
  ]);
  return createHash("sha256").update(bound).digest("base64url").slice(0, checksumLength);
}

function invalidCursor(): ActivityError {
  return new ActivityError(
    "invalid_value",
    "The cursor is invalid or belongs to another list. Start again without a cursor.",
    {
      field: "cursor",
    },
  );
}

import { createHash } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { Position } from "#shared/events/event.ts";
import { encodePosition, parsePosition } from "./position.ts";
import type { EventFilter } from "./query.ts";

const version = "1";

/** Maximum bytes of a sort key in DynamoDB: see "Sort key length" among its quotas. */
const maxPositionBytes = 1_024;

/**
 * Encodes a position as an opaque cursor with a checksum over the position, the organisation and the filters. The
 * checksum detects damage and reuse in another list. It need not be secret: the partition is never taken from a cursor.
 */
export function encodeCursor(position: Position, orgId: string, filter: EventFilter): string {
  const text = encodePosition(position);
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
  const position = parsePosition(text);
  if (position === null) throw invalidCursor();
  const { occurred_at, event_id, entity_id, key } = position;
  // Anyone can compute a checksum, so check that DynamoDB can start after the position. It need not be that of an
  // event: a page may continue after a damaged item.
  const parts = [occurred_at, event_id, entity_id];
  if (parts.includes("") || Buffer.byteLength(parts.join("")) > maxPositionBytes) throw invalidCursor();
  if (!parts.every((part) => part.isWellFormed())) throw invalidCursor();
  if (occurred_at < (filter.since ?? occurred_at) || occurred_at > (filter.until ?? occurred_at)) throw invalidCursor();
  if (key !== undefined && !isItemKey(key)) throw invalidCursor();
  return position;
}

/** Whether a key is one that an item of the table can have. */
function isItemKey({ timeline, position }: NonNullable<Position["key"]>): boolean {
  const isKey = (part: string, bytes: number) => part !== "" && part.isWellFormed() && Buffer.byteLength(part) <= bytes;
  return isKey(timeline, 2 * maxPositionBytes) && isKey(position, maxPositionBytes);
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

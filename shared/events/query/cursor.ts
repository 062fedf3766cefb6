import { createHash } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { Position } from "#shared/events/event.ts";
import type { EventFilter } from "./query.ts";

const version = "1";

/** Bytes of a sort key in DynamoDB, at most: see "Sort key length" among its quotas. */
const maxPositionBytes = 1_024;

/**
 * Writes a position as an opaque cursor: the position and a seal over it, the organisation and the filters. The seal
 * detects damage and use elsewhere; it is no secret, because the partition that is read never comes from a cursor.
 */
export function encodeCursor(position: Position, orgId: string, filter: EventFilter): string {
  const { occurred_at, event_id, entity_id, key } = position;
  const text = JSON.stringify([occurred_at, event_id, entity_id, ...(key ? [key.timeline, key.position] : [])]);
  return Buffer.from(`${version}${checksum(text, orgId, filter)}${text}`).toString("base64url");
}

/**
 * Reads a cursor back. Throws `ActivityError` `invalid_value` unless it was written for this organisation and these
 * filters.
 */
export function parseCursor(cursor: string, orgId: string, filter: EventFilter): Position {
  const plain = Buffer.from(cursor, "base64url").toString();
  const text = plain.slice(version.length + checksumLength);
  if (plain !== `${version}${checksum(text, orgId, filter)}${text}`) throw invalidCursor();
  // Decoding is lenient: other alphabets, padding and stray characters would give the same position.
  if (Buffer.from(plain).toString("base64url") !== cursor) throw invalidCursor();
  const [occurred_at, event_id, entity_id, ...rest] = parsedArray(text);
  if (typeof occurred_at !== "string" || typeof event_id !== "string" || typeof entity_id !== "string")
    throw invalidCursor();
  // Anybody can compute a seal: the position must still be one that DynamoDB can start after. It need not be that of an
  // event, since a page may have to go on behind an item that is none.
  const parts = [occurred_at, event_id, entity_id];
  if (parts.includes("") || Buffer.byteLength(parts.join("")) > maxPositionBytes) throw invalidCursor();
  if (!parts.every((part) => part.isWellFormed())) throw invalidCursor();
  if (occurred_at < (filter.since ?? occurred_at) || occurred_at > (filter.until ?? occurred_at)) throw invalidCursor();
  return { occurred_at, event_id, entity_id, ...parseItemKey(rest) };
}

/** The key of an item that is not an event, where a page ended at one. */
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
    // Left out where nothing is asked, so that cursors from before there was this filter stay valid.
    ...(filter.action === null ? [] : [filter.action]),
  ]);
  return createHash("sha256").update(bound).digest("base64url").slice(0, checksumLength);
}

function invalidCursor(): ActivityError {
  return new ActivityError("invalid_value", "The cursor is not one that was given out for this request.", {
    field: "cursor",
  });
}

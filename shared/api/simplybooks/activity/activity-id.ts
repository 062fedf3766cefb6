import { createHash } from "node:crypto";
import type { Position } from "#shared/events/event.ts";

/** Bits of the digest that distinguishes the activities of one second. */
const digestBits = 21;
const digests = 2 ** digestBits;

/** Seconds since 1970 in 32 bits, until 2106. Times outside count as the first or the last second. */
const lastSecond = 2 ** 32 - 1;

/**
 * Returns the number of an activity, below 2^53: its second, then a digest of the document and the event. It never
 * changes, and later seconds have higher numbers. Two events of one second collide with a probability of 1 in 2 million.
 */
export function toActivityId({ occurred_at, event_id, entity_id }: Position): number {
  const second = Math.min(Math.max(0, Math.floor(Date.parse(occurred_at) / 1000)), lastSecond);
  const digest = createHash("sha256").update(`${entity_id}\n${event_id}`).digest().readUInt32BE(0);
  return second * digests + (digest >>> (32 - digestBits));
}

/** Returns the second of an activity's number, inclusive, in UTC with three fraction digits; `null` for an invalid number. */
export function parseActivitySecond(
  id: string,
): { readonly since: string | null; readonly until: string | null } | null {
  if (!/^(0|[1-9]\d{0,15})$/.test(id) || !Number.isSafeInteger(Number(id))) return null;
  const second = Math.floor(Number(id) / digests);
  return {
    since: second === 0 ? null : new Date(second * 1000).toISOString(),
    until: second === lastSecond ? null : new Date(second * 1000 + 999).toISOString(),
  };
}

import { createHash } from "node:crypto";
import type { Position } from "#shared/events/event.ts";

/** Bits that tell the activities of one second apart. */
const digestBits = 21;
const digests = 2 ** digestBits;

/** Seconds since 1970 in 32 bits: until 2106. What lies before or after counts as the first or the last of them. */
const lastSecond = 2 ** 32 - 1;

/**
 * The number of an activity, below 2^53: its second, then a digest of the document and the event. It is computed from
 * what never changes, so it is the same for ever, and later seconds have higher numbers. Two events of one second have
 * the same number in one of two million cases.
 */
export function toActivityId({ occurred_at, event_id, entity_id }: Position): number {
  const second = Math.min(Math.max(0, Math.floor(Date.parse(occurred_at) / 1000)), lastSecond);
  const digest = createHash("sha256").update(`${entity_id}\n${event_id}`).digest().readUInt32BE(0);
  return second * digests + (digest >>> (32 - digestBits));
}

/** When the activity of a number happened, inclusive, UTC with three fraction digits; `null` for what is no number. */
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

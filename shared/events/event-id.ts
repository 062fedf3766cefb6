import { createHash } from "node:crypto";

/**
 * Returns an event id for a time: a UUID version 7 (RFC 9562, section 5.7) whose random bits are derived from
 * `entropy`, so that the same time and entropy give the same id. Times before 1970 count as 1970: the format has no
 * sign.
 */
export function eventIdFromTime(occurredAt: string, entropy: string): string {
  const bytes = createHash("sha256").update(entropy).digest().subarray(0, 16);
  bytes.writeUIntBE(Math.max(0, Date.parse(occurredAt)), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return `evt_${bytes.toString("hex")}`;
}

/**
 * Returns the event id for an idempotency key: the same key in the same organisation is the same event. Pass `writer`
 * for a writer whose key another writer used before.
 */
export function eventIdFromKey(orgId: string, idempotencyKey: string, writer: string | null = null): string {
  const parts = [orgId, idempotencyKey, ...(writer === null ? [] : [writer])];
  const digest = createHash("sha256").update(parts.join("\n")).digest("hex");
  return `evt_${digest.slice(0, 32)}`;
}

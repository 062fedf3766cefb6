import * as z from "zod/mini";
import type { EventPosition, EventRange } from "#shared/ledger/reconcile/event-range.ts";
import type { ReconcileRun } from "#shared/ledger/reconcile/reconcile-run.ts";

const count = z.int().check(z.nonnegative());

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const identitySchema = z.object({ event_id: z.string(), entity_id: z.string(), occurred_at: z.string() });

/** The fields of a run as they are stored. Ranges and fingerprints are packed, so that the item stays below 400 KB. */
export const storedRunSchema = z.object({
  version: count,
  started_at: z.string(),
  step: z.enum(["events", "entries", "list", "append", "done"]),
  after: z.nullable(identitySchema),
  capacity: count,
  ranges: bytes,
  differing: count,
  compared_to: count,
  group: count,
  listed_to: count,
  listed: bytes,
  counts: z.object({ events: count, missing: count, tooYoung: count, unreadable: count }),
});

export type StoredRunFields = z.infer<typeof storedRunSchema>;

export function toStoredFields(run: ReconcileRun, version: number): StoredRunFields {
  return {
    version,
    started_at: run.startedAt,
    step: run.step,
    after: run.after,
    capacity: run.capacity,
    ranges: packRanges(run.ranges),
    differing: run.differing,
    compared_to: run.comparedTo,
    group: run.group,
    listed_to: run.listedTo,
    listed: packFingerprints(run.listed),
    counts: run.counts,
  };
}

export function fromStoredFields(stored: StoredRunFields): ReconcileRun {
  return {
    startedAt: stored.started_at,
    step: stored.step,
    after: stored.after,
    capacity: stored.capacity,
    ranges: unpackRanges(stored.ranges),
    differing: stored.differing,
    comparedTo: stored.compared_to,
    group: stored.group,
    listedTo: stored.listed_to,
    listed: unpackFingerprints(stored.listed),
    counts: stored.counts,
  };
}

const eventIdPrefix = "evt_";

/** A position is milliseconds (8 bytes, signed) and an event id (16). A range is two positions, events and entries (4 each), difference (8). */
const positionBytes = 24;
const rangeBytes = 2 * positionBytes + 16;
const fingerprintBytes = 8;

function packRanges(ranges: readonly EventRange[]): Uint8Array {
  const packed = Buffer.alloc(ranges.length * rangeBytes);
  for (const [at, { first, last, events, entries, difference }] of ranges.entries()) {
    const start = at * rangeBytes;
    packPosition(packed, start, first);
    packPosition(packed, start + positionBytes, last);
    packed.writeUInt32BE(events, start + 2 * positionBytes);
    packed.writeUInt32BE(entries, start + 2 * positionBytes + 4);
    packed.writeBigUInt64BE(difference, start + 2 * positionBytes + 8);
  }
  return packed;
}

function unpackRanges(stored: Uint8Array): EventRange[] {
  const packed = toBuffer(stored);
  return Array.from({ length: packed.length / rangeBytes }, (_, at) => {
    const start = at * rangeBytes;
    return {
      first: unpackPosition(packed, start),
      last: unpackPosition(packed, start + positionBytes),
      events: packed.readUInt32BE(start + 2 * positionBytes),
      entries: packed.readUInt32BE(start + 2 * positionBytes + 4),
      difference: packed.readBigUInt64BE(start + 2 * positionBytes + 8),
    };
  });
}

function packPosition(packed: Buffer, start: number, { occurred_at, event_id }: EventPosition): void {
  packed.writeBigInt64BE(BigInt(Date.parse(occurred_at)), start);
  packed.write(event_id.slice(eventIdPrefix.length), start + 8, "hex");
}

function unpackPosition(packed: Buffer, start: number): EventPosition {
  return {
    occurred_at: new Date(Number(packed.readBigInt64BE(start))).toISOString(),
    event_id: eventIdPrefix + packed.toString("hex", start + 8, start + positionBytes),
  };
}

function packFingerprints(fingerprints: ReadonlySet<bigint>): Uint8Array {
  const packed = Buffer.alloc(fingerprints.size * fingerprintBytes);
  let at = 0;
  for (const fingerprint of fingerprints) at = packed.writeBigUInt64BE(fingerprint, at);
  return packed;
}

function unpackFingerprints(stored: Uint8Array): Set<bigint> {
  const packed = toBuffer(stored);
  const count = packed.length / fingerprintBytes;
  return new Set(Array.from({ length: count }, (_, at) => packed.readBigUInt64BE(at * fingerprintBytes)));
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

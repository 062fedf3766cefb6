import { sha256 } from "#sha256";
import { type EventIdentity, identify } from "#shared/ledger/sequencer/appended-records.ts";

/** Where a range begins or ends in the order of events by time. Events of several entities can have the same. */
export type EventPosition = Pick<EventIdentity, "occurred_at" | "event_id">;

/**
 * Consecutive events of the events table by time, and the entries of the ledger between the first and the last of them.
 * Sums do not depend on the order, and entries are in another one than events.
 */
export type EventRange = {
  readonly first: EventPosition;
  last: EventPosition;
  events: number;
  entries: number;
  /** The sum of the fingerprints of the events minus those of the entries, modulo 2^64. */
  difference: bigint;
};

/** Ranges that are kept. With 100 million events, each has about 50,000. */
export const maxRanges = 2_048;

const fingerprintBits = 64;

/** Returns the first 64 bits of a hash that identifies an event in its log. */
export function fingerprintOf(event: EventIdentity): bigint {
  const { buffer, byteOffset } = sha256(identify(event));
  return new DataView(buffer, byteOffset).getBigUint64(0);
}

/** Adds an event that follows all events so far. A range that has `capacity` events ends before the next position. */
export function addEvent(ranges: EventRange[], event: EventIdentity, capacity: number): void {
  const position = { occurred_at: event.occurred_at, event_id: event.event_id };
  const fingerprint = fingerprintOf(event);
  const current = ranges.at(-1);
  if (current === undefined || (current.events >= capacity && comparePositions(current.last, position) < 0)) {
    ranges.push({ first: position, last: position, events: 1, entries: 0, difference: fingerprint });
    return;
  }
  current.last = position;
  current.events += 1;
  current.difference = BigInt.asUintN(fingerprintBits, current.difference + fingerprint);
}

/** Adds an entry to the range in which its event is, if the table had an event there. */
export function addEntry(ranges: readonly EventRange[], entry: EventIdentity): void {
  const range = findRange(ranges, entry);
  if (range === null) return;
  range.entries += 1;
  range.difference = BigInt.asUintN(fingerprintBits, range.difference - fingerprintOf(entry));
}

/** Returns the range that contains a position; `null` if none does. */
export function findRange(ranges: readonly EventRange[], position: EventPosition): EventRange | null {
  let low = 0;
  for (let high = ranges.length; low < high; ) {
    const middle = Math.floor((low + high) / 2);
    const range = ranges[middle];
    if (range !== undefined && comparePositions(range.last, position) < 0) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && contains(range, position) ? range : null;
}

export function contains({ first, last }: EventRange, position: EventPosition): boolean {
  return comparePositions(first, position) <= 0 && comparePositions(position, last) <= 0;
}

/** Returns half as many ranges, each of two neighbours. */
export function mergePairs(ranges: readonly EventRange[]): EventRange[] {
  const merged: EventRange[] = [];
  for (const [at, range] of ranges.entries()) {
    const left = merged.at(-1);
    if (at % 2 === 0 || left === undefined) merged.push({ ...range });
    else {
      left.last = range.last;
      left.events += range.events;
      left.entries += range.entries;
      left.difference = BigInt.asUintN(fingerprintBits, left.difference + range.difference);
    }
  }
  return merged;
}

/** Whether each event of the range has one entry, and each entry an event. */
export function isComplete({ events, entries, difference }: EventRange): boolean {
  return events === entries && difference === 0n;
}

function comparePositions(left: EventPosition, right: EventPosition): number {
  if (left.occurred_at !== right.occurred_at) return left.occurred_at < right.occurred_at ? -1 : 1;
  if (left.event_id === right.event_id) return 0;
  return left.event_id < right.event_id ? -1 : 1;
}

import { sha256 } from "#sha256";
import { type EventIdentity, identify } from "#shared/ledger/sequencer/appended-records.ts";

/** Where a range begins or ends in the order of events by time. Events of several entities can share a place. */
export type EventPlace = Pick<EventIdentity, "occurred_at" | "event_id">;

/**
 * Consecutive events of the events table by time, and the entries of the ledger between the first and the last of them.
 * Sums do not depend on the order, and entries are in another one than events.
 */
export type EventRange = {
  readonly first: EventPlace;
  last: EventPlace;
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

/** Adds an event that follows all events so far. A range that has `capacity` events is ended by the next place. */
export function addEvent(ranges: EventRange[], event: EventIdentity, capacity: number): void {
  const place = { occurred_at: event.occurred_at, event_id: event.event_id };
  const fingerprint = fingerprintOf(event);
  const current = ranges.at(-1);
  if (current === undefined || (current.events >= capacity && comparePlaces(current.last, place) < 0)) {
    ranges.push({ first: place, last: place, events: 1, entries: 0, difference: fingerprint });
    return;
  }
  current.last = place;
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

/** Returns the range that contains a place; `null` if none does. */
export function findRange(ranges: readonly EventRange[], place: EventPlace): EventRange | null {
  let low = 0;
  for (let high = ranges.length; low < high; ) {
    const middle = Math.floor((low + high) / 2);
    const range = ranges[middle];
    if (range !== undefined && comparePlaces(range.last, place) < 0) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && contains(range, place) ? range : null;
}

export function contains({ first, last }: EventRange, place: EventPlace): boolean {
  return comparePlaces(first, place) <= 0 && comparePlaces(place, last) <= 0;
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

function comparePlaces(left: EventPlace, right: EventPlace): number {
  if (left.occurred_at !== right.occurred_at) return left.occurred_at < right.occurred_at ? -1 : 1;
  if (left.event_id === right.event_id) return 0;
  return left.event_id < right.event_id ? -1 : 1;
}

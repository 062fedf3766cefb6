import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addEntry,
  addEvent,
  type EventRange,
  findRange,
  isComplete,
  mergePairs,
} from "#shared/ledger/reconcile/event-range.ts";
import { aRecordedEvent } from "#test/support/ledger/reconcile-fixture.ts";

/** Events of which several share a time, an id or both, oldest first. */
const eventsArbitrary = fc
  .uniqueArray(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(2)), { selector: String, minLength: 1, maxLength: 60 })
  .map((parts) =>
    parts
      .map(([hour, id, entity]) => aRecordedEvent(id, 100 - hour, { entity_id: `inv_${entity}` }))
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
  );

const keyOf = (event: { occurred_at: string; event_id: string; entity_id: string }) =>
  `${event.occurred_at} ${event.event_id} ${event.entity_id}`;

function rangesOf(events: readonly Parameters<typeof addEvent>[1][], capacity: number): EventRange[] {
  const ranges: EventRange[] = [];
  for (const event of events) addEvent(ranges, event, capacity);
  return ranges;
}

describe("event ranges", () => {
  it("are complete when each event has one entry, in whatever order (property)", () => {
    fc.assert(
      fc.property(eventsArbitrary, fc.integer({ min: 1, max: 9 }), (events, capacity) => {
        const ranges = rangesOf(events, capacity);
        for (const event of events.toReversed()) addEntry(ranges, event);
        expect(ranges.every(isComplete)).toBe(true);
        expect(mergePairs(ranges).every(isComplete)).toBe(true);
      }),
    );
  });

  it("differ where one event has no entry and another one two (property)", () => {
    fc.assert(
      fc.property(eventsArbitrary, fc.integer({ min: 1, max: 9 }), fc.nat(), fc.nat(), (events, capacity, one, two) => {
        const missing = events[one % events.length];
        const repeated = events[two % events.length];
        fc.pre(missing !== undefined && repeated !== undefined && missing !== repeated);
        const ranges = rangesOf(events, capacity);
        for (const event of events) addEntry(ranges, event === missing && repeated !== undefined ? repeated : event);
        const differing = ranges.filter((range) => !isComplete(range));
        expect(differing).toContain(missing && findRange(ranges, missing));
        expect(differing).toContain(repeated && findRange(ranges, repeated));
        expect(mergePairs(ranges).every(isComplete)).toBe(false);
      }),
    );
  });

  it("have all events, and overlap nowhere (property)", () => {
    fc.assert(
      fc.property(eventsArbitrary, fc.integer({ min: 1, max: 9 }), (events, capacity) => {
        const ranges = rangesOf(events, capacity);
        const merged = mergePairs(ranges);
        expect(merged).toHaveLength(Math.ceil(ranges.length / 2));
        for (const all of [ranges, merged]) {
          expect(all.reduce((sum, range) => sum + range.events, 0)).toBe(events.length);
          for (const event of events) expect(findRange(all, event)).not.toBeNull();
          for (const [at, { first }] of all.entries()) {
            const before = all[at - 1]?.last;
            if (before !== undefined)
              expect(keyOf({ ...before, entity_id: "" }) < keyOf({ ...first, entity_id: "" })).toBe(true);
          }
        }
      }),
    );
  });

  it("ignore entries where the table has no event", () => {
    const ranges = rangesOf([aRecordedEvent(1, 50), aRecordedEvent(2, 40)], 1);
    for (const hours of [60, 45, 30]) addEntry(ranges, aRecordedEvent(9, hours));
    expect(ranges.map(({ entries }) => entries)).toEqual([0, 0]);
  });
});

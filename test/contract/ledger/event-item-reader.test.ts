import { beforeAll, describe, expect, it } from "vitest";
import { documentTypes } from "#shared/events/entity-types.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { createEventItemReader, createStoredEventFinder } from "#shared/ledger/dynamodb/event-item-reader.ts";
import { anEvent } from "#test/support/builders.ts";
import { anEventEntry } from "#test/support/ledger/entries.ts";
import { countingMeter } from "#test/support/memory/counting-meter.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

const org_id = "org_proved";
const small = anEvent({ org_id, event_id: `evt_${"1".repeat(32)}`, entity_id: "inv_small" });
const large = anEvent({
  org_id,
  event_id: `evt_${"2".repeat(32)}`,
  entity_id: "inv_large",
  metadata: toJsonText({ note: "x".repeat(20_000) }),
});

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
  for (const event of [small, large]) await stack.events.put(event);
});

const table = () => stack.tables.events ?? "";

/** Returns what is found of an event, and the units that are counted. */
async function findStored(event: ActivityEvent, event_id = event.event_id) {
  const meter = countingMeter();
  const find = createStoredEventFinder(stack.dynamodb, table(), { visibleEntityTypes: documentTypes, meter });
  const { entity_id, occurred_at } = event;
  const found = await find(org_id, { entity_id, event_id, occurred: { first: occurred_at, last: occurred_at } });
  return { id: found?.event_id ?? null, units: meter.units(), reads: meter.reads() };
}

describe("createStoredEventFinder", () => {
  it("counts what it reads: a unit for each 4 KB, also if the event is not there", async () => {
    expect(await findStored(small)).toEqual({ id: small.event_id, units: 1, reads: 1 });
    const { units, ...found } = await findStored(large);
    expect([found, units >= 5]).toEqual([{ id: large.event_id, reads: 1 }, true]);
    expect(await findStored(small, `evt_${"9".repeat(32)}`)).toMatchObject({ id: null, reads: 1 });
  });
});

describe("createEventItemReader", () => {
  it.each([
    ["a small event", small, 1],
    ["a large event", large, 5],
  ])("counts what it reads of %s", async (_, event, atLeast) => {
    const meter = countingMeter();
    const entry = anEventEntry("entry", event);
    const item = await createEventItemReader(stack.dynamodb, table(), meter)(org_id, entry);
    expect(item).toMatchObject({ event_id: { S: event.event_id } });
    expect([meter.units() >= atLeast, meter.units() < 2 * atLeast]).toEqual([true, true]);
  });

  it("counts a unit for an event that is not there", async () => {
    const meter = countingMeter();
    const entry = anEventEntry("entry", { ...small, event_id: `evt_${"9".repeat(32)}` });
    expect(await createEventItemReader(stack.dynamodb, table(), meter)(org_id, entry)).toBeNull();
    expect(meter.units()).toBe(1);
  });
});

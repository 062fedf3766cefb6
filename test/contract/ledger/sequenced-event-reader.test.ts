import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import type { DamagedItem } from "#shared/events/damaged-item.ts";
import { buildEventPut } from "#shared/events/dynamodb/event-put.ts";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import { createSequencedEventReader } from "#shared/ledger/feed/dynamodb/sequenced-event-reader.ts";
import { listChanges } from "#shared/ledger/feed/list-changes.ts";
import { meterLedgerReads } from "#shared/ledger/feed/meter-ledger-reads.ts";
import { toEntry } from "#shared/ledger/sequencer/to-entry.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { anEvent } from "#test/support/builders.ts";
import { chunksOf, putLog } from "#test/support/ledger/entries.ts";
import { unlimited } from "#test/support/ledger/feed-fixture.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

const org_id = "org_sequenced";

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});

let created = 0;
const newEvent = (over: Partial<ActivityEvent> = {}) =>
  anEvent({ org_id, event_id: `evt_${String(created++).padStart(32, "0")}`, ...over });

/** Returns the entry of an event, as the sequencer makes it of the record of the stream. */
function entryOf(event: ActivityEvent): EventEntry {
  const item = toStringAttributes(buildEventPut("events", event, 1).Item);
  const key = { timeline: item.timeline ?? {}, position: item.position ?? {} };
  const { entry } = toEntry({ operation: "INSERT", key, old: null, new: item, stored: null }, parseEventOfAnyRelease);
  if (entry.kind !== "event") throw new Error("The event has no entry.");
  return entry;
}

function reader() {
  let units = 0;
  const damaged: DamagedItem[] = [];
  const meter = {
    next: async () => undefined,
    add(read: number) {
      units += read;
    },
  };
  const reportDamage = (items: readonly DamagedItem[]) => void damaged.push(...items);
  const events = createSequencedEventReader(stack.dynamodb, stack.tables.events ?? "", { meter, reportDamage });
  return { events, meter, damaged, units: () => units };
}

describe("createSequencedEventReader", () => {
  it("returns the event of each entry, with the digest that the sequencer computed", async () => {
    const events = [newEvent(), newEvent({ actor: toJsonText({ name: "Zoë 🧾" }), text: "Sent\u2028", notify: "no" })];
    for (const event of events) await stack.events.put(event);
    const entries = events.map(entryOf);
    const found = await reader().events.get(org_id, entries, false);
    expect(entries.map((entry) => found.get(entry)?.event)).toEqual(events);
    expect(entries.map((entry) => Buffer.from(found.get(entry)?.sha256 ?? []))).toEqual(
      entries.map(({ sha256 }) => Buffer.from(sha256)),
    );
  });

  it("leaves out what the table does not have, and reads an entry that occurs twice", async () => {
    const event = newEvent();
    await stack.events.put(event);
    const [first, second, absent] = [entryOf(event), entryOf(event), entryOf(newEvent())];
    const found = await reader().events.get(org_id, [first, second, absent], true);
    expect([found.has(first), found.has(second), found.has(absent)]).toEqual([true, true, false]);
  });

  it("returns another digest for an event that was overwritten, and no event for an item that is not one", async () => {
    const event = newEvent();
    const item = toStringAttributes(buildEventPut("events", event, 1).Item);
    const TableName = stack.tables.events ?? "";
    const entry = entryOf(event);
    await stack.dynamodb.send(new PutItemCommand({ TableName, Item: { ...item, action: { S: "INVOICE_PAID" } } }));
    const overwritten = (await reader().events.get(org_id, [entry], true)).get(entry);
    expect(overwritten?.event?.action).toBe("INVOICE_PAID");
    expect(Buffer.from(overwritten?.sha256 ?? [])).not.toEqual(Buffer.from(entry.sha256));
    await stack.dynamodb.send(new PutItemCommand({ TableName, Item: { ...item, metadata: { S: "no JSON" } } }));
    const { events, damaged } = reader();
    expect((await events.get(org_id, [entry], true)).get(entry)?.event).toBeNull();
    expect(damaged).toHaveLength(1);
  });
});

describe("a page of a hundred changes", () => {
  it("costs at most 55 read units for events of 1 KB: half a unit for each event, and the chunks", async () => {
    const events = Array.from({ length: 256 }, () => newEvent({ metadata: toJsonText({ note: "x".repeat(450) }) }));
    for (const event of events) await stack.events.put(event);
    const ledger = memoryLedger();
    await putLog(ledger, org_id, chunksOf(events.map(entryOf)));
    const { events: sequenced, meter, units } = reader();
    const ports = { ledger: meterLedgerReads(ledger, meter), events: sequenced, visibleEntityTypes: documentTypes };
    const request = { org_id, after: 50, limit: 100 };
    const { changes } = await listChanges({ ...ports, report: () => undefined }, request, unlimited);
    expect(changes.every(({ activity }) => activity !== null)).toBe(true);
    expect(units()).toBeGreaterThan(50);
    expect(units()).toBeLessThanOrEqual(55);
  });
});

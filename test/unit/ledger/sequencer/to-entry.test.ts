import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { unknownOrgLog } from "#shared/ledger/chunk.ts";
import { packEntries, unpackEntries } from "#shared/ledger/dynamodb/packed-entries.ts";
import { maxTamperKeyBytes } from "#shared/ledger/entry.ts";
import { type StreamItem, type TableChange, toEntry } from "#shared/ledger/sequencer/to-entry.ts";
import { anEvent } from "#test/support/builders.ts";
import { damages } from "#test/support/events/hostile-items.ts";

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const event = anEvent();
const toItem = (added: ActivityEvent) =>
  Object.fromEntries(Object.entries(toEventItem(added)).map(([name, S]) => [name, { S }]));
const item = toItem(event);
const key = { timeline: { S: "org_8f9a1c2d#inv_8c3f1a9b" }, position: { S: "p" } };
const stored = new Date(event.recorded_at);

const aChange = (over: Partial<TableChange> = {}): TableChange => ({
  operation: "INSERT",
  key,
  old: null,
  new: item,
  stored,
  ...over,
});

const entryOf = (change: TableChange) => toEntry(change, parseEventOfAnyRelease);

/** Attribute values, as an item that is not an event may have them. */
const value = fc.record(
  {
    S: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", "\ud800", "\u0000", "x".repeat(5_000), "発".repeat(400)),
    ),
    N: fc.string(),
    B: fc.string(),
    M: fc.record({ any: fc.jsonValue({ maxDepth: 4 }) }),
    NULL: fc.boolean(),
  },
  { requiredKeys: [] },
);

const names = [...Object.keys(item), "__proto__", "constructor", "note", ""];

const anyItem: fc.Arbitrary<StreamItem | null> = fc.option(
  fc
    .tuple(fc.constantFrom({}, item), fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 }))
    .map(([base, others]): StreamItem => Object.fromEntries([...Object.entries(base), ...others])),
);

describe("toEntry", () => {
  it("returns an event entry for an added event", () => {
    const { log, entry } = entryOf(aChange());
    expect(log).toBe(event.org_id);
    const { event_id, entity_id, entity_type, action, occurred_at, recorded_at } = event;
    const known = { event_id, entity_id, entity_type, action, occurred_at, recorded_at };
    const { timeline: _t, position: _p, ...attributes } = toEventItem(event);
    const canonical = JSON.stringify(
      Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    expect({ ...entry, sha256: hex(entry.sha256) }).toEqual({
      kind: "event",
      ...known,
      notifies: true,
      sha256: digestOf(canonical),
    });
  });

  it("keeps that an event sends no webhooks", () => {
    const silent = toItem(anEvent({ notify: "no" }));
    expect(entryOf(aChange({ new: silent })).entry).toMatchObject({ kind: "event", notifies: false });
  });

  it("replaces recorded_at when the clock of the writer is wrong, but not in the digest", () => {
    const later = new Date(stored.getTime() + 3_600_000);
    const { entry } = entryOf(aChange({ stored: later }));
    expect(entry).toMatchObject({ kind: "event", recorded_at: later.toISOString() });
    expect(hex(entry.sha256)).toBe(hex(entryOf(aChange()).entry.sha256));
  });

  it.each<[string, StreamItem]>([
    ["an attribute", { ...item, colour: { S: "red" } }],
    ["an entity type", { ...item, entity_type: { S: "QUOTE_REQUEST" } }],
  ])("returns an event entry for an event of a later release with %s that this one does not know", (_, added) => {
    const { entry } = entryOf(aChange({ new: added }));
    expect(entry).toMatchObject({ kind: "event", event_id: event.event_id, entity_type: added.entity_type?.S });
    expect(hex(entry.sha256)).not.toBe(hex(entryOf(aChange()).entry.sha256));
  });

  it("returns a tamper entry whose digest commits to the whole change for any other operation", () => {
    const change = aChange({ operation: "MODIFY", old: { org_id: { S: "org_a" } }, new: { org_id: { S: "org_b" } } });
    const { log, entry } = entryOf(change);
    expect(log).toBe("org_a");
    const canonical =
      '{"key":{"position":{"S":"p"},"timeline":{"S":"org_8f9a1c2d#inv_8c3f1a9b"}},' +
      '"new":{"org_id":{"S":"org_b"}},"old":{"org_id":{"S":"org_a"}},"operation":"MODIFY"}';
    expect({ ...entry, sha256: hex(entry.sha256) }).toEqual({
      kind: "tamper",
      timeline: "org_8f9a1c2d#inv_8c3f1a9b",
      position: "p",
      sha256: digestOf(canonical),
    });
  });

  it.each(damages.map((damage, at) => [at, damage] as const))(
    "returns a tamper entry for damaged item %i",
    (_, damage) => {
      const damaged = Object.entries(damage(toEventItem(event))).map(([name, any]) => [
        name,
        typeof any === "string" ? { S: any } : { N: String(any) },
      ]);
      expect(entryOf(aChange({ new: Object.fromEntries(damaged) })).entry.kind).toBe("tamper");
    },
  );

  it.each(["MODIFY", "REMOVE", "unknown"])("returns a tamper entry for %s of an event", (operation) => {
    expect(entryOf(aChange({ operation, old: item })).entry.kind).toBe("tamper");
  });

  it.each([undefined, "", "~unknown", "~anchors", "a#b", "x".repeat(65)])(
    "appends a record of the organisation %j to the log of unknown organisations",
    (orgId) => {
      const image = orgId === undefined ? {} : { org_id: { S: orgId } };
      expect(entryOf(aChange({ new: image })).log).toBe(unknownOrgLog);
    },
  );

  it("cuts the parts of a long key at the end of a character", () => {
    const { entry } = entryOf(aChange({ operation: "REMOVE", key: { timeline: { S: "発".repeat(100) } } }));
    expect(entry).toMatchObject({ timeline: "発".repeat(Math.floor(maxTamperKeyBytes / 3)), position: "" });
  });

  it("returns an entry that can be stored for any change, and a digest that differs between changes", () => {
    const digests = new Map<string, string>();
    fc.assert(
      fc.property(
        fc.record({
          operation: fc.constantFrom("INSERT", "MODIFY", "REMOVE", "x"),
          key: anyItem.map((any) => any ?? {}),
          old: anyItem,
          new: anyItem,
          stored: fc.option(fc.constant(stored)),
        }),
        (change) => {
          const { log, entry } = entryOf(change);
          expect(log).toMatch(/^(~unknown|[A-Za-z0-9][A-Za-z0-9_-]{0,63})$/);
          expect(structuredClone(unpackEntries(packEntries([entry])))).toEqual(structuredClone([entry]));
          const text = JSON.stringify(change);
          if (entry.kind === "tamper") digests.set(hex(entry.sha256), text);
        },
      ),
      { numRuns: 200 },
    );
    expect(digests.size).toBeGreaterThan(50);
  });
});

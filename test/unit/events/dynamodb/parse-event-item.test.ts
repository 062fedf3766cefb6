import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { type EventItem, parseEventItem, parseListedItem } from "#shared/events/dynamodb/parse-event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { parseEvent, parseEventValue } from "#shared/events/parse-event.ts";
import { shardCounts } from "#shared/events/shards/shards.ts";
import { toStorableText } from "#shared/events/text/storable-text.ts";
import { hasOnlyStorableText, isVisibleId } from "#shared/events/text/text-rules.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { positionKey, timelineKey } from "#shared/platform/dynamodb/keys.ts";
import { anEvent, anInput, testNow } from "#test/support/builders.ts";
import { largestItem, refusalOfItem } from "#test/support/events/hostile-items.ts";
import { nearLimitsEventText } from "#test/support/events/near-limits-event.ts";

const stored = (over: Partial<ActivityEvent> = {}) => toStringAttributes(toEventItem(anEvent(over)));

const reception = { now: testNow, entropy: "item" };

function takenByIngest(text: string): ActivityEvent | null {
  try {
    return parseEvent(text, reception).event;
  } catch (error) {
    if (error instanceof ActivityError) return null;
    throw error;
  }
}

const S = (text: string) => ({ S: text });

/** Returns the item as readers see it: U+0000 and unpaired surrogates of an earlier release are replaced. */
function withStorableLines(item: EventItem): EventItem {
  const lines = ["entity_ref", "text", "information"];
  const repaired = Object.entries(item).map(([name, attribute]) =>
    lines.includes(name) && attribute.S !== undefined ? [name, S(toStorableText(attribute.S))] : [name, attribute],
  );
  return Object.fromEntries(repaired);
}

describe("parseEventItem", () => {
  it("parses every event that ingest accepts, also near the limits", () => {
    let taken = 0;
    fc.assert(
      fc.property(nearLimitsEventText, (text) => {
        const event = takenByIngest(text);
        if (event === null) return;
        taken += 1;
        expect(parseEventItem(toStringAttributes(toEventItem(event)))).toEqual(event);
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it.each(["entity_id", "entity_ref", "actor_user_id"] as const)("accepts at most 256 code units of %s", (field) => {
    const stored = (pairs: number) => parseEventValue(anInput({ [field]: "\u{1f9fe}".repeat(pairs) }), reception).event;
    expect(parseEventItem(toStringAttributes(toEventItem(stored(128))))).toEqual(stored(128));
    expect(() => stored(129)).toThrow(`${field} must have at most 256 UTF-16 code units`);
  });

  it("returns the event that ingest wrote, in any shard", () => {
    const json = fc
      .dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 })
      .filter(hasOnlyStorableText);
    const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter(isVisibleId);
    const avatar = fc.webUrl({ validSchemes: ["https"] });
    const input = fc.record(
      {
        entity_id: id,
        entity_ref: fc.string({ unit: "grapheme" }),
        actor_user_id: id,
        actor: fc.record({ name: id, email: id, avatar_url: avatar }, { requiredKeys: [] }),
        changes: fc.dictionary(fc.string(), fc.record({ old: fc.jsonValue(), new: fc.jsonValue() }), { maxKeys: 5 }),
        metadata: json,
        params: json,
        related: fc.array(
          fc.record({ entity_type: fc.constantFrom("CONTACT", "INVOICE"), entity_id: id, entity_ref: id }),
        ),
        text: fc.string({ unit: "grapheme" }),
        information: fc.string({ unit: "grapheme" }),
        notify: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(input, fc.constantFrom(...shardCounts), (over, shards) => {
        const { event } = parseEventValue(anInput(over), { now: new Date("2026-06-01T12:00:00Z"), entropy: "x" });
        expect(parseEventItem(toStringAttributes(toEventItem(event, shards)))).toEqual(event);
      }),
      { numRuns: 1_000 },
    );
  });

  const damages: readonly [string, EventItem][] = [
    ["timeline is not valid", { timeline: S("org_8f9a1c2d#inv_other") }],
    ["timeline is not valid", { org_id: S("org_other") }],
    ["timeline is not valid", { entity_id: S("inv_other") }],
    ["position is not valid", { position: S("p") }],
    ["position is not valid", { occurred_at: S("2026-05-11T08:30:12.001Z") }],
    ["position is not valid", { event_id: S(`evt_${"0".repeat(32)}`) }],
    ["org_id is not valid", { org_id: S("org#1"), timeline: S("org#1#inv_8c3f1a9b") }],
    ["event_id is not valid", { event_id: S("evt_1"), position: S("2026-05-11T08:30:12.000Z#evt_1") }],
    ["entity_id is not valid", { entity_id: S(largestItem), timeline: S(`org_8f9a1c2d#${largestItem}`) }],
    ["entity_ref is not valid", { entity_ref: S("x".repeat(257)) }],
    ["entity_type is not valid", { entity_type: S("FOO") }],
    ["action is not valid", { action: S('PAID_X","x":"') }],
    ["action is not valid", { action: S(`A_${"B".repeat(64)}`) }],
    ["actor_user_id is not valid", { actor_user_id: S("usr\u0001") }],
    ["actor is not valid", { actor: S('"Anna"') }],
    ["changes is not valid", { changes: S('{"status":"PAID"}') }],
    ["metadata is not valid", { metadata: S('{}},{"event_id":"evt_forged","action":"INVOICE_PAID","x":{}') }],
    ["metadata is not valid", { metadata: S('{}},"event_type":"invoice.voided","org_id":"other","x":{"y":{}') }],
    ["metadata is not valid", { metadata: S("") }],
    ["params is not valid", { params: S("[]") }],
    ["related is not valid", { related: S('[{"entity_type":"CONTACT","entity_id":"\\ud800"}]') }],
    ["occurred_at is not valid", { occurred_at: S("2026-05-11"), position: S(`2026-05-11#${anEvent().event_id}`) }],
    ["occurred_at is not valid", { occurred_at: S("2026-02-29T00:00:00.000Z") }],
    ["recorded_at is not valid", { recorded_at: S("2026-05-11T08:30:12Z") }],
    ["text is not valid", { text: S("x".repeat(4_097)) }],
    ["contact_id is not valid", { contact_id: S("") }],
    ["settled is not valid", { settled: S("no") }],
    ["notify is not valid", { notify: S("yes") }],
    ["shard is not valid", { shard: S("33") }],
    ["it has an unknown attribute", { comment: S("x") }],
    ["it is too large", { metadata: S(JSON.stringify({ a: "x".repeat(70_000) })) }],
  ];

  it.each(damages)("throws when %s: %#", (reason, over) => {
    expect(refusalOfItem({ ...stored(), ...over })).toContain(reason);
  });

  it.each([
    ["text", { text: { N: "5" } }],
    ["notify", { notify: { BOOL: false } }],
    ["metadata", { metadata: { M: {} } }],
  ])("throws when %s has another type", (field, over) => {
    expect(refusalOfItem(Object.assign(stored(), over))).toContain(`${field} is not valid`);
  });

  it.each(
    Object.keys(toEventItem(anEvent())).filter((name) => !["entity_ref", "actor_user_id", "changes"].includes(name)),
  )("throws without %s and names the item by the rest of its key", (name) => {
    const { [name]: _, ...rest } = stored();
    expect(refusalOfItem(rest)).toContain(`: ${name} is not valid.`);
  });

  it("throws when the event was recorded long before it occurred", () => {
    const at = "9999-01-01T00:00:00.000Z";
    expect(refusalOfItem(stored({ occurred_at: at }))).toContain("occurred_at lies ahead of recorded_at");
    expect(parseEventItem(stored({ occurred_at: at, recorded_at: at })).occurred_at).toBe(at);
  });

  it("(property) returns an event or throws DamagedItemError for any attributes", () => {
    const event = toEventItem(anEvent({ actor: null }));
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(largestItem, "", "{}", "[]", "null", "9999-12-31T23:59:59.999Z", "evt_", "INVOICE"),
    );
    const attribute = fc.oneof(
      text.map((S) => ({ S })),
      fc.constantFrom({ N: "1" }, { BOOL: true }, { L: [] }, { M: {} }, { NULL: true }),
    );
    const names = fc.constantFrom(...Object.keys(event), "actor", "related", "params", "text", "other");
    fc.assert(
      fc.property(fc.dictionary(names, attribute, { minKeys: 1, maxKeys: 5 }), (over) => {
        const item = Object.assign(stored(), over);
        try {
          expect(toStringAttributes(toEventItem(parseEventItem(item)))).toEqual({
            ...withStorableLines(item),
            shard: { S: "0" },
          });
        } catch (error) {
          if (!(error instanceof DamagedItemError)) throw error;
          expect(error.message.length).toBeLessThan(1_000);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("parseEventItem for an item of a query", () => {
  const event = anEvent();
  const { org_id: _, shard: __, ...listed } = stored();

  it("returns the event with the attributes that the query knows", () => {
    expect(parseListedItem(listed, { org_id: event.org_id, shard: "0" })).toEqual(event);
  });

  it("throws when the key is that of another event, which would appear twice", () => {
    const known = { org_id: event.org_id, shard: "0" };
    for (const over of [
      { timeline: S(timelineKey(event.org_id, "x")) },
      { position: S(positionKey(event.occurred_at, "x")) },
    ]) {
      expect(() => parseListedItem({ ...listed, ...over }, known)).toThrow(DamagedItemError);
    }
    expect(() => parseListedItem(listed, { ...known, org_id: "org_other" })).toThrow(DamagedItemError);
  });
});

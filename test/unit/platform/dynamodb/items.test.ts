import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromTokenItem, toTokenItem } from "#shared/auth/dynamodb/token-item.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import { shardCounts, shardOf } from "#shared/events/shards/shards.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { idempotencyRecordKey, positionKey, timelineKey } from "#shared/platform/dynamodb/keys.ts";
import { anEvent, aToken } from "#test/support/builders.ts";

const stored = (over: Parameters<typeof anEvent>[0] = {}) => toStringAttributes(toEventItem(anEvent(over)));

describe("toEventItem", () => {
  it("returns an item from which parseEventItem returns the event", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    const event = fc.record(
      {
        entity_id: text,
        entity_ref: text,
        actor_user_id: text,
        text,
        contact_id: text,
        payment_status: fc.constant("paid" as const),
        notify: fc.constant("no" as const),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(event, (over) => {
        expect(parseEventItem(stored(over))).toEqual(anEvent(over));
      }),
    );
  });

  it("keeps notify of an event without webhooks", () => {
    expect(parseEventItem(stored({ notify: "no" }))).toEqual(anEvent({ notify: "no" }));
    expect(stored({ notify: "no" }).notify).toEqual({ S: "no" });
  });

  it("omits the attributes of null fields, so that sparse indexes stay sparse", () => {
    const item = toEventItem(anEvent({ actor_user_id: null, contact_id: null, payment_status: null, changes: null }));
    for (const absent of ["actor_user_id", "contact_id", "settled", "changes", "notify"])
      expect(item).not.toHaveProperty(absent);
  });
});

describe("the shard of toEventItem", () => {
  it.each(shardCounts)("is that of the event for %i shards, and not part of the event", (count) => {
    const event = anEvent();
    const item = toEventItem(event, count);
    expect(item.shard).toBe(shardOf(event, count));
    expect(parseEventItem(toStringAttributes(item))).toEqual(event);
  });

  it("adds no more than 8 bytes to an item", () => {
    for (const count of shardCounts) {
      const { shard = "" } = toEventItem(anEvent(), count);
      expect(Buffer.byteLength("shard") + Buffer.byteLength(shard)).toBeLessThanOrEqual(8);
    }
  });

  it("is rejected by parseEventItem if no count results in it", () => {
    const own = new Set(shardCounts.map((count) => shardOf(anEvent(), count)));
    const others = Array.from({ length: 40 }, (_, shard) => String(shard)).filter((shard) => !own.has(shard));
    expect(others.length).toBeGreaterThan(30);
    for (const S of [...others, "", "00", "a"]) {
      expect(() => parseEventItem({ ...stored(), shard: { S } })).toThrow("shard is not valid");
    }
    const { shard: _, ...without } = stored();
    expect(() => parseEventItem(without)).toThrow("shard is not valid");
  });
});

describe("keys", () => {
  it("of different entities differ", () => {
    const org = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,10}$/);
    const entity = fc.string({ unit: fc.constantFrom("#", "a", "/", "_"), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(org, entity, org, entity, (orgA, entityA, orgB, entityB) => {
        const isSame = orgA === orgB && entityA === entityB;
        expect(timelineKey(orgA, entityA) === timelineKey(orgB, entityB)).toBe(isSame);
        expect(idempotencyRecordKey(orgA, entityA).pk === idempotencyRecordKey(orgB, entityB).pk).toBe(isSame);
      }),
      { numRuns: 1_000 },
    );
  });

  it("of events sort by time, then by id", () => {
    const positions = [
      positionKey("2026-05-11T08:30:12.000Z", "evt_a"),
      positionKey("2026-05-11T08:30:12.000Z", "evt_b"),
      positionKey("2026-05-11T08:30:12.001Z", "evt_a"),
    ];
    expect([...positions].reverse().sort()).toEqual(positions);
  });
});

describe("toTokenItem", () => {
  it("returns an item from which fromTokenItem returns the token, last used in its rate window", () => {
    const token = aToken({ user_id: "usr_1", expires_at: "2026-09-01T00:00:00.000Z" });
    expect(fromTokenItem(toTokenItem(token))).toEqual(token);
    const used = { ...toTokenItem(token), rate_window: { S: "2026-06-01T12:00:00.000Z" } };
    expect(fromTokenItem(used)).toEqual({ ...token, last_used_at: "2026-06-01T12:00:00.000Z" });
  });

  it.each(["token_id", "hash", "org_ids", "scopes", "created_at"])(
    "fromTokenItem throws an error with the field if %s is missing",
    (field) => {
      const { [field]: _, ...damaged } = toTokenItem(aToken());
      expect(() => fromTokenItem(damaged)).toThrow(`Item token#${aToken().token_id} has no valid ${field}.`);
    },
  );
});

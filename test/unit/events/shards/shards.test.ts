import { describe, expect, it } from "vitest";
import {
  increaseShardCount,
  isPossibleShard,
  isShardCount,
  shardCounts,
  shardCountToWrite,
  shardLeadMs,
  shardNames,
  shardOf,
} from "#shared/events/shards/shards.ts";
import { anEvent } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const now = new Date("2026-05-11T08:30:00.000Z");
const later = (ms: number) => new Date(now.getTime() + ms);

const events = Array.from({ length: 3_200 }, (_, n) =>
  anEvent({ entity_id: `inv_${n % 7}`, event_id: `evt_${n.toString(16).padStart(32, "0")}` }),
);

describe("shardOf", () => {
  it("returns shard 0 when there is one shard", () => {
    expect(new Set(events.map((event) => shardOf(event, 1)))).toEqual(new Set(["0"]));
  });

  it.each(shardCounts)("spreads events evenly over %i shards, even when ids are sequential", (count) => {
    const sizes = new Map(shardNames(count).map((shard) => [shard, 0]));
    for (const event of events) {
      const shard = shardOf(event, count);
      sizes.set(shard, (sizes.get(shard) ?? Number.NaN) + 1);
    }
    const mean = events.length / count;
    for (const size of sizes.values()) expect(Math.abs(size - mean)).toBeLessThanOrEqual(5 * Math.sqrt(mean));
  });

  it("never changes for an event", () => {
    const event = anEvent({ entity_id: "inv_1", event_id: `evt_${"1".repeat(32)}` });
    expect(shardCounts.map((count) => shardOf(event, count))).toMatchInlineSnapshot(`
      [
        "0",
        "0",
        "2",
        "2",
        "10",
        "10",
      ]
    `);
  });

  it("depends only on the entity id and the event id", () => {
    const [event = anEvent()] = events;
    const other = anEvent({ ...event, recorded_at: "2026-06-01T00:00:00.000Z", action: "INVOICE_VOIDED" });
    for (const count of shardCounts) expect(shardOf(other, count)).toBe(shardOf(event, count));
    const documents = Array.from({ length: 50 }, (_, n) => shardOf({ ...event, entity_id: `doc_${n}` }, 32));
    expect(new Set(documents).size).toBeGreaterThan(10);
  });
});

describe("isPossibleShard", () => {
  it("returns true exactly for the shards of any allowed count", () => {
    for (const event of events.slice(0, 200)) {
      const own = new Set(shardCounts.map((count) => shardOf(event, count)));
      for (const shard of [...shardNames(32), "32", "-1", "00", "1.0", "", " 1"]) {
        expect(isPossibleShard(event, shard)).toBe(own.has(shard));
      }
    }
  });
});

describe("isShardCount", () => {
  it("accepts only the allowed counts", () => {
    expect([1, 2, 4, 8, 16, 32].every(isShardCount)).toBe(true);
    expect([0, 3, 64, -1, 1.5, Number.NaN, "16", null, undefined].some(isShardCount)).toBe(false);
  });
});

describe("raiseShardCount", () => {
  it("applies the new count after the lead time, and the old one until then", () => {
    const raised = increaseShardCount(null, 16, now);
    expect(raised).toEqual({ before: 1, count: 16, from: later(shardLeadMs).toISOString() });
    expect(shardCountToWrite(raised, later(shardLeadMs - 1))).toBe(1);
    expect(shardCountToWrite(raised, later(shardLeadMs))).toBe(16);
    expect(shardCountToWrite(null, now)).toBe(1);
  });

  it("returns the same setting when the count is the same", () => {
    const raised = increaseShardCount(null, 16, now);
    expect(increaseShardCount(raised, 16, later(1))).toBe(raised);
    expect(increaseShardCount(null, 1, now)).toBeNull();
  });

  it("keeps the count in force until the second of two raises applies", () => {
    const first = increaseShardCount(null, 4, now);
    expect(increaseShardCount(first, 8, later(1))?.before).toBe(1);
    expect(increaseShardCount(first, 8, later(shardLeadMs))?.before).toBe(4);
  });

  it("throws when the count is lower", async () => {
    const raised = increaseShardCount(null, 16, now);
    const error = await catchRejection(Promise.resolve().then(() => increaseShardCount(raised, 8, later(shardLeadMs))));
    expect([error.code, error.context.field]).toEqual(["invalid_value", "shards"]);
  });
});

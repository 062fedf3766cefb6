import { describe, expect, it } from "vitest";
import { readCost, toRequestCount } from "#shared/auth/rate-limit-cost.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { readShardedPage } from "#shared/events/shards/sharded-page.ts";
import { type ShardCount, shardCounts, shardOf } from "#shared/events/shards/shards.ts";
import { anEvent, testNow } from "#test/support/builders.ts";

/** Returns the read units of a query for events of 0.95 KB, eventually consistent. Each query is rounded up. */
const unitsOf = (events: number) => Math.max(1, Math.ceil((events * 950) / 4_096)) / 2;

function ordinaryEvent(page: number, n: number): ActivityEvent {
  const occurred_at = new Date(testNow.getTime() - n * 1_000).toISOString();
  const event_id = `evt_${String(page * 10_000 + n).padStart(32, "0")}`;
  return anEvent({ entity_id: `inv_${n}`, occurred_at, event_id });
}

/** Reads the newest 500 of 900 events of an organisation with some shards. Returns the read units. */
async function unitsOfPage(page: number, shards: ShardCount): Promise<number> {
  const stored = new Map<string, ActivityEvent[]>();
  for (let n = 0; n < 900; n++) {
    const event = ordinaryEvent(page, n);
    const shard = shardOf(event, shards);
    stored.set(shard, [...(stored.get(shard) ?? []), event]);
  }
  let units = 0;
  const readers = [...stored.values()].map((own) => async (after: Position | null, size: number) => {
    const start = after === null ? 0 : own.findIndex(({ event_id }) => event_id === after.event_id) + 1;
    const events = own.slice(start, start + size);
    units += unitsOf(events.length);
    return { events, next: start + size < own.length ? (events.at(-1) ?? null) : null };
  });
  const budget = { reads: 8, items: 2_000, isFull: () => false };
  const { events } = await readShardedPage(readers, { after: null, limit: 500 }, budget);
  expect(events).toHaveLength(500);
  return units;
}

describe("a page of 500 ordinary events", () => {
  it.each(shardCounts)("counts as one request with %d shards", async (shards) => {
    for (let page = 0; page < 20; page++) {
      const units = await unitsOfPage(page, shards);
      expect(units).toBeLessThanOrEqual(readCost.plainUnits);
      expect(toRequestCount(units)).toBe(1);
    }
  });
});

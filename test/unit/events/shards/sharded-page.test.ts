import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import type { EventPage } from "#shared/events/query/query.ts";
import { readShardedPage, readSizePerShard, type ShardReader } from "#shared/events/shards/sharded-page.ts";
import { shardOf } from "#shared/events/shards/shards.ts";
import { anEvent } from "#test/support/builders.ts";
import { newestFirst } from "#test/support/memory/events.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");

function eventAt(n: number): ActivityEvent {
  const event_id = `evt_${n.toString(16).padStart(32, "0")}`;
  return anEvent({ event_id, occurred_at: new Date(start + n * 1_000).toISOString() });
}

const positionOf = ({ occurred_at, event_id, entity_id }: Position): Position => ({ occurred_at, event_id, entity_id });

/**
 * Creates a shard in memory that counts its reads. Like a query, it reads `size` events and returns those that match.
 */
function aShard(events: readonly ActivityEvent[], matches = (_: ActivityEvent) => true) {
  const sizes: number[] = [];
  const sorted = [...events].sort(newestFirst);
  const read: ShardReader = async (after, size): Promise<EventPage> => {
    sizes.push(size);
    const rest = sorted.filter((event) => after === null || newestFirst(event, after) > 0);
    const page = rest.slice(0, size);
    const last = page.at(-1);
    return { events: page.filter(matches), next: page.length < size || last === undefined ? null : positionOf(last) };
  };
  return { read, sizes };
}

const budget = { reads: 8, items: 2_000, isFull: () => false };
const log = Array.from({ length: 1_000 }, (_, n) => eventAt(n));

function shardsWith(count: 2 | 16, matches?: (event: ActivityEvent) => boolean) {
  const shards = Array.from({ length: count }, (_, shard) =>
    aShard(
      log.filter((event) => shardOf(event, count) === String(shard)),
      matches,
    ),
  );
  return { readers: shards.map(({ read }) => read), shards };
}

describe("readShardedPage", () => {
  it("reads of each shard about its share of the page", async () => {
    const { readers, shards } = shardsWith(16);
    const page = await readShardedPage(readers, { after: null, limit: 100 }, budget);
    expect(page.events).toEqual([...log].sort(newestFirst).slice(0, 100));
    const looked = shards.flatMap(({ sizes }) => sizes).reduce((sum, size) => sum + size, 0);
    expect(looked).toBeLessThanOrEqual(16 * readSizePerShard(101, 16) + 2 * 4 * readSizePerShard(101, 16));
    expect(shards.every(({ sizes }) => sizes.length <= 2)).toBe(true);
  });

  it("reads more only of the shards that ran out", async () => {
    const old = aShard(log.slice(0, 100));
    const fresh = aShard(log.slice(100, 300));
    const page = await readShardedPage([old.read, fresh.read], { after: null, limit: 50 }, budget);
    expect(page.events).toEqual([...log.slice(250, 300)].reverse());
    expect(old.sizes).toHaveLength(1);
    expect(fresh.sizes.length).toBeGreaterThan(1);
  });

  it("returns next exactly when more events follow", async () => {
    const { readers } = shardsWith(16);
    const all = await readShardedPage(readers, { after: null, limit: 1_000 }, budget);
    expect([all.events.length, all.next]).toEqual([1_000, null]);
    const most = await readShardedPage(readers, { after: null, limit: 999 }, budget);
    expect(most.next).toMatchObject(positionOf(most.events.at(-1) ?? eventAt(0)));
  });

  it("reads no more events for a filter without matches than one shard would, and continues from there", async () => {
    const { readers, shards } = shardsWith(16, () => false);
    const page = await readShardedPage(readers, { after: null, limit: 20 }, { ...budget, reads: 2, items: 200 });
    expect(page.events).toEqual([]);
    expect(page.next).not.toBeNull();
    for (const { sizes } of shards) expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2 * 13);
  });

  it("stops reading when the response is full", async () => {
    const { readers, shards } = shardsWith(2);
    await readShardedPage(readers, { after: null, limit: 900 }, { ...budget, isFull: ({ length }) => length > 10 });
    expect(shards.every(({ sizes }) => sizes.length === 1)).toBe(true);
  });

  it("(property) returns every event of every shard once and in order, page after page", async () => {
    const someShards = fc.array(fc.nat(5), { minLength: 1, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(
        someShards,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (placed, limit, reads, every) => {
          const events = placed.map((_, n) => eventAt(n));
          const matches = (event: ActivityEvent) => events.indexOf(event) % every === 0;
          const readers = Array.from(
            { length: 6 },
            (_, shard) =>
              aShard(
                events.filter((__, n) => placed[n] === shard),
                matches,
              ).read,
          );
          const seen: ActivityEvent[] = [];
          let after: Position | null = null;
          do {
            const page: EventPage = await readShardedPage(readers, { after, limit }, { ...budget, reads, items: 6 });
            expect(page.events.length).toBeLessThanOrEqual(limit);
            seen.push(...page.events);
            after = page.next;
          } while (after !== null);
          expect(seen).toEqual(events.filter(matches).sort(newestFirst));
        },
      ),
    );
  });
});

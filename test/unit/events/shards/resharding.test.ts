import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import type { EventPage, EventReader } from "#shared/events/query/query.ts";
import { readShardedPage, type ShardReader } from "#shared/events/shards/sharded-page.ts";
import { type ShardCount, shardNames, shardOf } from "#shared/events/shards/shards.ts";
import { anEvent, aQuery, testNow } from "#test/support/builders.ts";
import { newestFirst } from "#test/support/memory/events.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";

/** The budget of one page; see `shared/events/dynamodb/event-store.ts`. */
const budget = { reads: 8, items: 2_000, isFull: () => false };
const all = () => true;

type Matches = (event: ActivityEvent) => boolean;

const start = Date.parse("2026-01-01T00:00:00.000Z");

function eventAt(n: number): ActivityEvent {
  const event_id = `evt_${n.toString(16).padStart(32, "0")}`;
  return anEvent({ event_id, occurred_at: new Date(start + n * 1_000).toISOString() });
}

const numberOf = ({ event_id }: Position) => Number.parseInt(event_id.slice(4), 16);
const oneIn =
  (rate: number): Matches =>
  (event) =>
    (numberOf(event) * 7_919) % rate === 0;

/** Returns a reader of events, newest first, that counts what a query reads after a position. */
function lookedAt(sorted: readonly ActivityEvent[], after: Position | null, size: number) {
  let [from, end] = [0, sorted.length];
  while (after !== null && from < end) {
    const middle = (from + end) >> 1;
    const event = sorted[middle];
    if (event !== undefined && newestFirst(event, after) > 0) end = middle;
    else from = middle + 1;
  }
  const looked = sorted.slice(after === null ? 0 : from, (after === null ? 0 : from) + size);
  return { looked, last: looked.length < size ? null : (looked.at(-1) ?? null) };
}

type Read = { page: EventPage; rounds: number; looked: number };
type Asked = { after: Position | null; limit: number; matches: Matches };

/** Creates a log whose events were written with these shard counts, oldest first. */
function aHistory(written: readonly { events: number; shards: ShardCount }[], count: ShardCount) {
  const shards = shardNames(count).map((): ActivityEvent[] => []);
  const log: ActivityEvent[] = [];
  for (const part of written) {
    for (let n = 0; n < part.events; n++) {
      const event = eventAt(log.length);
      log.push(event);
      shards[Number(shardOf(event, part.shards))]?.push(event);
    }
  }
  const sorted = [log, ...shards].map((events) => events.toReversed());
  return {
    async sharded({ after, limit, matches }: Asked): Promise<Read> {
      const rounds: number[] = [];
      let sum = 0;
      const readers = sorted.slice(1).map((events, shard): ShardReader => {
        return async (from, size) => {
          rounds[shard] = (rounds[shard] ?? 0) + 1;
          const { looked, last } = lookedAt(events, from, size);
          sum += looked.length;
          return { events: looked.filter(matches), next: last };
        };
      });
      const page = await readShardedPage(readers, { after, limit }, budget);
      return { page, rounds: Math.max(...rounds), looked: sum };
    },

    /** Reads the page of an organisation with one shard, like the store. */
    async single({ after, limit, matches }: Asked): Promise<Read> {
      const events: ActivityEvent[] = [];
      let [size, from, sum] = [limit + 1, after, 0];
      for (let rounds = 1; ; rounds++) {
        const { looked, last } = lookedAt(sorted[0] ?? [], from, size);
        sum += looked.length;
        events.push(...looked.filter(matches));
        const page = events.slice(0, limit);
        if (events.length > limit) return { page: { events: page, next: page.at(-1) ?? null }, rounds, looked: sum };
        if (last === null || rounds === budget.reads) return { page: { events, next: last }, rounds, looked: sum };
        from = last;
        size = Math.min(size * 4, budget.items);
      }
    },
  };
}

describe.each([16, 32] as const)(
  "readShardedPage in an organisation resharded to %d shards with only older events",
  (count) => {
    const history = aHistory([{ events: 20_000, shards: 1 }], count);

    it.each([20, 100, 500])("returns full pages of %d events after at most three rounds", async (limit) => {
      const { page, rounds } = await history.sharded({ after: null, limit, matches: all });
      expect(page).toEqual((await history.single({ after: null, limit, matches: all })).page);
      expect(page.events).toHaveLength(limit);
      expect(rounds).toBeLessThanOrEqual(3);
    });

    it.each([20, 100, 500])(
      "reads about as many events for a rare match as with one shard, limit %d",
      async (limit) => {
        const matches = limit === 20 ? oneIn(1_000) : oneIn(100);
        const single = await history.single({ after: null, limit, matches });
        const sharded = await history.sharded({ after: null, limit, matches });
        expect(sharded.looked).toBeGreaterThan(0.95 * single.looked);
        expect(sharded.looked).toBeLessThanOrEqual(single.looked + budget.items);
        expect(sharded.page.events.length).toBeGreaterThan(0.95 * single.page.events.length);
      },
    );

    it("returns the same offset page as with one shard", async () => {
      const { limit: _, after: __, ...query } = aQuery();
      const list = { queries: [query], matches: null, org_id: query.org_id, listKey: "rare" };
      const windowOf = (read: (asked: Asked) => Promise<Read>) => {
        const events: EventReader = {
          readPage: async ({ after, limit }) => (await read({ after, limit, matches: oneIn(100) })).page,
        };
        return readOffsetPage({ events, checkpoints: memoryPageCheckpoints(), now: () => testNow }, list, {
          skip: 100,
          take: 50,
        });
      };
      const { events } = await windowOf(history.sharded);
      expect(events).toHaveLength(50);
      expect(events).toEqual((await windowOf(history.single)).events);
    });
  },
);

describe("readShardedPage of a history under several shard counts", () => {
  const histories = fc.array(
    fc.record({
      events: fc.integer({ min: 1, max: 1_500 }),
      shards: fc.constantFrom<ShardCount>(1, 2, 4, 8, 16, 32),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it.each([
    ["two", "after resharding", 2, (left: { shards: number }, right: { shards: number }) => left.shards - right.shards],
    ["three", "also by writers that do not know the number", 3, () => 0],
  ] as const)(
    "takes at most %s rounds more than with one shard, %s, and returns the same page",
    async (_, __, more, order) => {
      await fc.assert(
        fc.asyncProperty(
          histories,
          fc.constantFrom(20, 100, 500),
          fc.constantFrom(1, 2, 10, 100),
          async (written, limit, rate) => {
            const history = aHistory(written.toSorted(order), 32);
            let after: Position | null = null;
            for (let pages = 0; pages < 3; pages++) {
              const asked: Asked = { after, limit, matches: oneIn(rate) };
              const single = await history.single(asked);
              const sharded = await history.sharded(asked);
              expect(sharded.rounds).toBeLessThanOrEqual(single.rounds + more);
              if (single.rounds + more < budget.reads) expect(sharded.page.events).toEqual(single.page.events);
              after = single.page.next;
              if (after === null) return;
            }
          },
        ),
      );
    },
  );
});

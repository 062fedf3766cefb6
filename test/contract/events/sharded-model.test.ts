import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import { type ShardCount, shardCounts } from "#shared/events/shards/shards.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";
import {
  eventsOf,
  expected,
  nameOf,
  type SomeEvent,
  someEvent,
  someQuery,
  walk,
} from "#test/support/memory/query-model.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
let logs = 0;

beforeAll(async () => {
  stack = await startStack();
});

/** One to three increasing counts: no raise, one or two. */
const someCounts = fc.subarray([...shardCounts], { minLength: 1, maxLength: 3 });

/** A history with events in as many phases as counts. */
const somePhases = fc.array(fc.tuple(fc.nat(2), someEvent), { minLength: 1, maxLength: 40 });

function storeWith(count: ShardCount, budget = { reads: 8, bytes: 5_000_000 }) {
  const shards = { countToRead: () => count, countToWrite: () => count };
  return createEventStore(stack.dynamodb, stack.tables.events ?? "", { shards, budget });
}

/** Returns the events of each phase, with the count that writers use in it. */
function historyOf(drafts: readonly (readonly [number, SomeEvent])[], counts: readonly ShardCount[]) {
  logs += 1;
  const org_id = `org_sharded_${logs}`;
  const phaseOf = new Map<string, number>();
  const events = eventsOf(
    org_id,
    drafts.map(([, draft]) => draft),
  );
  for (const [at, event] of events.entries()) phaseOf.set(nameOf(event), (drafts[at]?.[0] ?? 0) % counts.length);
  const phases = counts.map((count, at) => ({
    count,
    events: events.filter((event) => phaseOf.get(nameOf(event)) === at),
  }));
  return { org_id, events, phases };
}

type Phase = { readonly count: ShardCount; readonly events: readonly ActivityEvent[] };

async function write({ count, events }: Phase): Promise<void> {
  const store = storeWith(count);
  await Promise.all(events.map((event) => store.put(event)));
}

describe("the event store with raised shards (property)", () => {
  it("returns for every query, page after page, the same as filtering and sorting all events", async () => {
    await fc.assert(
      fc.asyncProperty(
        somePhases,
        someCounts,
        fc.array(someQuery, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (drafts, counts, queries, reads) => {
          const { org_id, events, phases } = historyOf(drafts, counts);
          for (const phase of phases) await write(phase);
          const store = storeWith(counts.at(-1) ?? 1, { reads, bytes: 5_000_000 });
          for (const query of queries) {
            expect(await walk(store, { ...query, org_id })).toEqual(expected(events, query));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("returns all events that existed when paging began, in order, while shards are raised and filled", async () => {
    await fc.assert(
      fc.asyncProperty(
        somePhases,
        someCounts,
        someQuery,
        fc.integer({ min: 1, max: 3 }),
        async (drafts, counts, query, reads) => {
          const { org_id, events, phases } = historyOf(drafts, counts);
          const [first, ...later] = phases;
          let count = first?.count ?? 1;
          if (first !== undefined) await write(first);
          const store = { readPage: storePage };
          function storePage(asked: Parameters<ReturnType<typeof storeWith>["readPage"]>[0]) {
            return storeWith(count, { reads, bytes: 5_000_000 }).readPage(asked);
          }
          const raise = async () => {
            const next = later.shift();
            if (next === undefined) return;
            // Readers know a count before writers use it.
            count = next.count;
            await write(next);
          };
          const seen = await walk(store, { ...query, org_id }, raise);
          const before = new Set(first?.events.map(nameOf));
          const all = expected(events, query);
          expect(seen.filter((name) => before.has(name))).toEqual(all.filter((name) => before.has(name)));
          expect(seen).toEqual(all.filter((name) => seen.includes(name)));
        },
      ),
      { numRuns: 80 },
    );
  });

  it("returns the same offset pages as the list cut into pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        somePhases,
        someCounts,
        someQuery,
        fc.integer({ min: 1, max: 9 }),
        async (drafts, counts, { limit: _, ...query }, take) => {
          const { org_id, events, phases } = historyOf(drafts, counts);
          for (const phase of phases) await write(phase);
          const all = expected(events, query);
          const now = () => new Date("2026-06-01T00:00:00.000Z");
          const ports = { events: storeWith(counts.at(-1) ?? 1), checkpoints: memoryPageCheckpoints(), now };
          const list = { queries: [{ ...query, org_id }], matches: null, org_id, name: "list" };
          for (let skip = 0; skip <= all.length; skip += take) {
            const window = await readOffsetPage(ports, list, { skip, take });
            await savePageCheckpoint(ports, window.checkpoint);
            expect(window.events.map(nameOf)).toEqual(all.slice(skip, skip + take));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

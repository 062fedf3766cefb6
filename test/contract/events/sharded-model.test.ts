import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import { type ShardCount, shardCounts } from "#shared/events/shards/shards.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";
import {
  buildEvents,
  eventArbitrary,
  eventKey,
  expectedKeys,
  type GeneratedEvent,
  queryArbitrary,
  readAllPages,
} from "#test/support/memory/query-model.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
let orgCounter = 0;

beforeAll(async () => {
  stack = await startStack();
});

/** One to three increasing shard counts: the organisation is resharded never, once or twice. */
const shardCountsArbitrary = fc.subarray([...shardCounts], { minLength: 1, maxLength: 3 });

/** Pairs of a phase and an event; in each phase, writers use another shard count. */
const eventsWithPhaseArbitrary = fc.array(fc.tuple(fc.nat(2), eventArbitrary), { minLength: 1, maxLength: 40 });

function createStore(count: ShardCount, budget = { reads: 8, bytes: 5_000_000 }) {
  const shards = { countToRead: () => count, countToWrite: () => count };
  return createEventStore(stack.dynamodb, stack.tables.events ?? "", { shards, budget });
}

/** Builds the events of a new organisation, and which of them are written with each shard count. */
function buildHistory(generated: readonly (readonly [number, GeneratedEvent])[], counts: readonly ShardCount[]) {
  orgCounter += 1;
  const org_id = `org_sharded_${orgCounter}`;
  const phaseOf = new Map<string, number>();
  const events = buildEvents(
    org_id,
    generated.map(([, event]) => event),
  );
  for (const [index, event] of events.entries())
    phaseOf.set(eventKey(event), (generated[index]?.[0] ?? 0) % counts.length);
  const phases = counts.map((count, phase) => ({
    count,
    events: events.filter((event) => phaseOf.get(eventKey(event)) === phase),
  }));
  return { org_id, events, phases };
}

type Phase = { readonly count: ShardCount; readonly events: readonly ActivityEvent[] };

async function writePhase({ count, events }: Phase): Promise<void> {
  const store = createStore(count);
  await Promise.all(events.map((event) => store.put(event)));
}

describe("the event store after resharding (property)", () => {
  it("returns for every query, page after page, the same as filtering and sorting all events", async () => {
    await fc.assert(
      fc.asyncProperty(
        eventsWithPhaseArbitrary,
        shardCountsArbitrary,
        fc.array(queryArbitrary, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (generated, counts, queries, readBudget) => {
          const { org_id, events, phases } = buildHistory(generated, counts);
          for (const phase of phases) await writePhase(phase);
          const store = createStore(counts.at(-1) ?? 1, { reads: readBudget, bytes: 5_000_000 });
          for (const query of queries) {
            expect(await readAllPages(store, { ...query, org_id })).toEqual(expectedKeys(events, query));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("returns all events that existed when paging began, in order, while the shard count is increased and events are added", async () => {
    await fc.assert(
      fc.asyncProperty(
        eventsWithPhaseArbitrary,
        shardCountsArbitrary,
        queryArbitrary,
        fc.integer({ min: 1, max: 3 }),
        async (generated, counts, query, readBudget) => {
          const { org_id, events, phases } = buildHistory(generated, counts);
          const [first, ...later] = phases;
          let count = first?.count ?? 1;
          if (first !== undefined) await writePhase(first);
          const store = { readPage: storePage };
          function storePage(request: Parameters<ReturnType<typeof createStore>["readPage"]>[0]) {
            return createStore(count, { reads: readBudget, bytes: 5_000_000 }).readPage(request);
          }
          const reshard = async () => {
            const next = later.shift();
            if (next === undefined) return;
            // Readers know a count before writers use it.
            count = next.count;
            await writePhase(next);
          };
          const seen = await readAllPages(store, { ...query, org_id }, reshard);
          const before = new Set(first?.events.map(eventKey));
          const all = expectedKeys(events, query);
          expect(seen.filter((name) => before.has(name))).toEqual(all.filter((name) => before.has(name)));
          expect(seen).toEqual(all.filter((name) => seen.includes(name)));
        },
      ),
      { numRuns: 80 },
    );
  });

  it("returns the same offset pages as slicing the full list", async () => {
    await fc.assert(
      fc.asyncProperty(
        eventsWithPhaseArbitrary,
        shardCountsArbitrary,
        queryArbitrary,
        fc.integer({ min: 1, max: 9 }),
        async (generated, counts, { limit: _, ...query }, limit) => {
          const { org_id, events, phases } = buildHistory(generated, counts);
          for (const phase of phases) await writePhase(phase);
          const all = expectedKeys(events, query);
          const now = () => new Date("2026-06-01T00:00:00.000Z");
          const ports = { events: createStore(counts.at(-1) ?? 1), checkpoints: memoryPageCheckpoints(), now };
          const list = { queries: [{ ...query, org_id }], matches: null, org_id, listKey: "list" };
          for (let offset = 0; offset <= all.length; offset += limit) {
            const page = await readOffsetPage(ports, list, { skip: offset, take: limit });
            await savePageCheckpoint(ports, page.checkpoint);
            expect(page.events.map(eventKey)).toEqual(all.slice(offset, offset + limit));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

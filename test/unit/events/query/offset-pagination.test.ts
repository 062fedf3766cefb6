import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type ListQuery, readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { offsetPageBudget } from "#shared/events/query/offset-scan.ts";
import { type PageCheckpointStore, savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import type { EventReader } from "#shared/events/query/query.ts";
import { anEvent, aQuery, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryEvents, newestFirst } from "#test/support/memory/events.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");
let written = 0;

/** Returns an event `ms` after the start of the log. Ids do not follow time, like ids of writers. */
function eventAt(ms: number, over: Partial<ActivityEvent> = {}): ActivityEvent {
  written += 1;
  const digits = ((written * 7_919) % 100_003).toString(16).padStart(32, "0");
  return anEvent({ event_id: `evt_${digits}`, occurred_at: new Date(start + ms).toISOString(), ...over });
}

const { limit: _, after: __, ...query } = aQuery();

function aListing(over: Partial<ListQuery> = {}): ListQuery {
  return { queries: [query], matches: null, org_id: query.org_id, listKey: "all", ...over };
}

/** Creates ports over a log in memory and counts their reads. */
function createEnvironment(log: ActivityEvent[], checkpoints: PageCheckpointStore = memoryPageCheckpoints()) {
  const cost = { pages: 0, events: 0 };
  const memory = memoryEvents(log);
  const events: EventReader = {
    async readPage(asked) {
      const page = await memory.readPage(asked);
      cost.pages += 1;
      cost.events += page.events.length;
      return page;
    },
  };
  return { ports: { events, checkpoints, now: () => testNow }, cost };
}

type Ports = ReturnType<typeof createEnvironment>["ports"];

async function read(ports: Ports, listing: ListQuery, skip: number, take: number): Promise<readonly ActivityEvent[]> {
  const { events, checkpoint } = await readOffsetPage(ports, listing, { skip, take });
  await savePageCheckpoint(ports, checkpoint);
  return events;
}

const isBill = (event: ActivityEvent) => event.entity_type === "BILL";

/** Returns the events of a list by definition. */
function expectedList(log: readonly ActivityEvent[], { matches }: ListQuery): ActivityEvent[] {
  return [...log].sort(newestFirst).filter(matches ?? (() => true));
}

const aLog = (count: number) => Array.from({ length: count }, (_, at) => eventAt(at * 1000));

describe("readOffsetPage without writes", () => {
  it("returns every event exactly once, in order, page after page", async () => {
    const log = aLog(133);
    const { ports } = createEnvironment(log);
    const seen: ActivityEvent[] = [];
    for (let skip = 0; ; skip += 10) {
      const page = await read(ports, aListing(), skip, 10);
      seen.push(...page);
      if (page.length < 10) break;
    }
    expect(seen).toEqual(expectedList(log, aListing()));
  });

  it("returns an empty page past the end", async () => {
    const { ports } = createEnvironment(aLog(20));
    expect(await read(ports, aListing(), 10, 10)).toHaveLength(10);
    expect(await read(ports, aListing(), 20, 10)).toEqual([]);
    expect(await read(ports, aListing(), 1_000, 10)).toEqual([]);
    expect(await read(createEnvironment([]).ports, aListing(), 5, 10)).toEqual([]);
  });

  it("reads nothing for a list without queries", async () => {
    const { ports, cost } = createEnvironment(aLog(5));
    expect(await read(ports, aListing({ queries: [] }), 0, 10)).toEqual([]);
    expect(cost.pages).toBe(0);
  });
});

describe("cost of readOffsetPage", () => {
  it("is one read for the first page, which saves no checkpoint", async () => {
    const checkpoints = memoryPageCheckpoints();
    const { ports, cost } = createEnvironment(aLog(100), checkpoints);
    await read(ports, aListing(), 0, 40);
    expect(cost).toEqual({ pages: 1, events: 40 });
    expect(checkpoints.all.size).toBe(0);
  });

  it("is one read and one event more for each further page, at any depth", async () => {
    const { ports, cost } = createEnvironment(aLog(2_000));
    await read(ports, aListing(), 0, 40);
    await read(ports, aListing(), 40, 40);
    for (let skip = 80; skip < 2_000; skip += 40) {
      Object.assign(cost, { pages: 0, events: 0 });
      await read(ports, aListing(), skip, 40);
      expect(cost, `at ${skip}`).toEqual({ pages: 2, events: 41 });
    }
  });

  it("is no write when the page was read before", async () => {
    const checkpoints = memoryPageCheckpoints();
    const { ports } = createEnvironment(aLog(200), checkpoints);
    await read(ports, aListing(), 40, 40);
    const put = vi.spyOn(checkpoints, "put");
    expect(await read(ports, aListing(), 40, 40)).toHaveLength(40);
    expect(put).not.toHaveBeenCalled();
  });

  it("is bounded for a distant page, which a retry gets closer to", async () => {
    const log = aLog(2 * offsetPageBudget.events + 5_000);
    const { ports, cost } = createEnvironment(log);
    const skip = 2 * offsetPageBudget.events + 1_000;
    for (const attempt of [1, 2]) {
      Object.assign(cost, { pages: 0, events: 0 });
      const error = await catchRejection(read(ports, aListing(), skip, 40));
      expect([error.code, error.context.retryAfter], `attempt ${attempt}`).toEqual(["unavailable", 1]);
      expect(cost.events).toBeLessThanOrEqual(offsetPageBudget.events + 1_000);
    }
    expect(await read(ports, aListing(), skip, 40)).toEqual(expectedList(log, aListing()).slice(skip, skip + 40));
  });

  it("is small for a page size whose own checkpoint is near", async () => {
    const log = aLog(offsetPageBudget.events + 5_000);
    const { ports, cost } = createEnvironment(log);
    const far = offsetPageBudget.events;
    await catchRejection(read(ports, aListing(), far, 20));
    for (let skip = far; skip <= far + 80; skip += 20) await read(ports, aListing(), skip, 20);
    await catchRejection(read(ports, aListing(), far, 100));
    Object.assign(cost, { pages: 0, events: 0 });
    expect(await read(ports, aListing(), far, 100)).toEqual(expectedList(log, aListing()).slice(far, far + 100));
    expect(cost.events).toBeLessThan(1_000);
  });

  it("lets a retry reach a page in which the budget ended", async () => {
    const log = aLog(offsetPageBudget.events + 5_000);
    const { ports } = createEnvironment(log);
    const skip = offsetPageBudget.events - 10;
    expect((await catchRejection(read(ports, aListing(), skip, 30))).code).toBe("unavailable");
    expect(await read(ports, aListing(), skip, 30)).toEqual(expectedList(log, aListing()).slice(skip, skip + 30));
  });

  it("lets a retry reach a distant page of a list with a filter that most events match", async () => {
    const log = aLog(offsetPageBudget.events + 5_000);
    const { ports } = createEnvironment(log);
    const listing = aListing({ matches: () => true });
    const skip = offsetPageBudget.events + 1_000;
    expect((await catchRejection(read(ports, listing, skip, 40))).code).toBe("unavailable");
    expect(await read(ports, listing, skip, 40)).toEqual(expectedList(log, listing).slice(skip, skip + 40));
  });

  it("is bounded for a filter that few events match, which throws too_broad with advice", async () => {
    const { ports, cost } = createEnvironment(aLog(offsetPageBudget.events + 5_000));
    const error = await catchRejection(read(ports, aListing({ matches: isBill }), 0, 40));
    expect([error.code, error.message]).toEqual(["too_broad", expect.stringContaining("narrow the search")]);
    expect(cost.events).toBeLessThanOrEqual(offsetPageBudget.events + 1_000);
  });

  it("is bounded when pages are short although more events follow", async () => {
    let pages = 0;
    const position = eventAt(0);
    const events: EventReader = {
      async readPage() {
        pages += 1;
        return { events: [], next: position };
      },
    };
    const ports = { events, checkpoints: memoryPageCheckpoints(), now: () => testNow };
    await catchRejection(read(ports, aListing(), 0, 40));
    expect(pages).toBeLessThanOrEqual(offsetPageBudget.pages / 4 + 1);
  });
});

describe("readOffsetPage with a failing checkpoint store", () => {
  it("returns the page when the store is busy", async () => {
    const busy: PageCheckpointStore = {
      findNearest: async () => [],
      put: () => Promise.reject(new ActivityError("unavailable", "The store is busy.")),
    };
    expect(await read(createEnvironment(aLog(100), busy).ports, aListing(), 40, 40)).toHaveLength(40);
  });

  it("propagates an error that is not transient", async () => {
    const broken: PageCheckpointStore = {
      findNearest: async () => [],
      put: () => Promise.reject(new Error("Not a checkpoint.")),
    };
    await expect(read(createEnvironment(aLog(100), broken).ports, aListing(), 40, 40)).rejects.toThrow(
      "Not a checkpoint.",
    );
  });
});

/** Steps of a test: reading a page at any offset, or appending new or backdated events. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("read" as const), page: fc.nat(14), take: fc.constant(7) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("read" as const), page: fc.nat(30), take: fc.constant(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("append" as const), count: fc.integer({ min: 1, max: 9 }) }) },
);

describe("readOffsetPage with writes", () => {
  const listings = [
    aListing(),
    aListing({ listKey: "bills", matches: isBill }),
    aListing({
      listKey: "union",
      queries: [
        { ...query, entity_type: "BILL" },
        { ...query, entity_type: "PAYMENT" },
      ],
      matches: null,
    }),
  ];

  it.each(listings)(
    "(property) returns any page of the list $name as it is now, with any checkpoints",
    async (listing) => {
      const types = ["BILL", "INVOICE", "PAYMENT"] as const;
      const inList = (event: ActivityEvent) =>
        listing.queries.some(({ entity_type }) => entity_type === null || entity_type === event.entity_type);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.nat(2)), async (steps, kinds) => {
          const log: ActivityEvent[] = [];
          let clock = 0;
          const append = (count: number) => {
            for (let at = 0; at < count; at++) {
              // Some share a millisecond.
              clock += kinds.next().value ?? 0;
              log.push(eventAt(clock, { entity_type: types[kinds.next().value ?? 0] ?? "BILL" }));
            }
            // Only events newer than all others: within a millisecond, positions are ordered by id.
            clock += 1;
          };
          append(60);
          const { ports } = createEnvironment(log);
          for (const { do: what, ...action } of steps) {
            if (what === "append" && "count" in action) append(action.count);
            if ("page" in action) {
              const skip = action.page * action.take;
              const expected = expectedList(log.filter(inList), listing).slice(skip, skip + action.take);
              expect(await read(ports, listing, skip, action.take)).toEqual(expected);
            }
          }
        }),
        { numRuns: 150 },
      );
    },
  );

  it("(property) skips no event that existed when the client began to page, with any backdated events", async () => {
    // Backdated events behind a checkpoint, and a new one that makes the reader use an earlier checkpoint.
    const writes = (text: string) => text.split(" ").map((pair) => pair.split(":").map(Number));
    const oldDatesThenNew = writes("2:0 0:0 3:68000 0:69314 0:304046 3:0 0:39245 0:342771").map(
      ([pause = 0, ms = 0]) => ({ pause, ms }),
    );
    const moment = fc.record({ pause: fc.nat(3), ms: fc.integer({ min: 0, max: 400_000 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), async (writes, take) => {
        const log = aLog(90);
        const before = new Set(log);
        const { ports } = createEnvironment(log);
        const seen = new Set<ActivityEvent>();
        const waiting = [...writes];
        for (let skip = 0; ; skip += take) {
          const page = await read(ports, aListing(), skip, take);
          for (const event of page) seen.add(event);
          if (page.length < take) break;
          for (const { ms } of waiting.splice(0, waiting[0]?.pause ?? 0)) log.push(eventAt(ms));
        }
        expect([...before].filter((event) => !seen.has(event))).toEqual([]);
      }),
      { numRuns: 150, examples: [[oldDatesThenNew, 11]] },
    );
  });

  it("skips no event when events of the second at the checkpoint arrive before it is saved", async () => {
    const at = (second: number, event_id: string) => eventAt(second * 1_000, { event_id });
    const log = Array.from({ length: 12 }, (_, second) => at(second, "evt_00000000000000000000000000000005"));
    const { ports } = createEnvironment(log);
    const seen = [...(await read(ports, aListing(), 0, 3)), ...(await read(ports, aListing(), 3, 3))];
    log.push(at(6, "evt_00000000000000000000000000000007"), at(6, "evt_00000000000000000000000000000008"));
    const before = [...log];
    log.push(at(20, "evt_00000000000000000000000000000001"));
    seen.push(...(await read(ports, aListing(), 6, 3)));
    log.push(at(30, "evt_00000000000000000000000000000001"));
    for (let skip = 9; skip < 21; skip += 3) seen.push(...(await read(ports, aListing(), skip, 3)));
    expect(before.filter((event) => !seen.includes(event))).toEqual([]);
  });

  it("returns the right page when more events arrived than it counts", async () => {
    const log = aLog(300);
    const { ports } = createEnvironment(log);
    await read(ports, aListing(), 100, 50);
    for (let at = 0; at < 700; at++) log.push(eventAt(1_000_000 + at));
    expect(await read(ports, aListing(), 150, 50)).toEqual(expectedList(log, aListing()).slice(150, 200));
  });
});

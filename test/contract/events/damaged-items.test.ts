import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createPageCheckpointStore } from "#shared/events/dynamodb/page-checkpoint-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import type { EventPage, EventReader } from "#shared/events/query/query.ts";
import { type ShardCount, shardOf } from "#shared/events/shards/shards.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { selectForReplay } from "#shared/webhooks/replays/replay-selection.ts";
import { anEndpoint, anEvent, aQuery } from "#test/support/builders.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});

/** Returns an event at some second with an entity of its own. */
const eventAt = (org_id: string, second: number): ActivityEvent => {
  const occurred_at = `2026-05-11T08:30:${String(second).padStart(2, "0")}.000Z`;
  const event_id = `evt_${String(second).padStart(32, "0")}`;
  return anEvent({ org_id, event_id, entity_id: "inv_1", occurred_at, recorded_at: occurred_at });
};

async function put(item: Record<string, string>): Promise<void> {
  await stack.dynamodb.send(
    new PutItemCommand({ TableName: stack.tables.events ?? "", Item: toStringAttributes(item) }),
  );
}

/** Writes 20 events, each followed by several damaged items: copies, garbage in every key, future years. */
async function fill(org_id: string, count: ShardCount): Promise<ActivityEvent[]> {
  const events = Array.from({ length: 20 }, (_, second) => eventAt(org_id, second));
  for (const event of events) {
    const item = toEventItem(event, count);
    await put(item);
    const at = event.occurred_at;
    await put({ ...item, timeline: `${org_id}#copy` });
    await put({ ...item, timeline: "p", position: "p" });
    await put({ ...item, position: `${item.position}x`, metadata: "{}},{" });
    await put({ ...item, position: `${item.position}#x` });
    await put({ ...item, position: `${at}!` });
    await put({ ...item, occurred_at: `${at}zz`, event_id: "e", entity_id: "é#", timeline: "q", position: at });
    await put({
      ...item,
      occurred_at: "9999-01-01T00:00:00.000Z",
      position: `9999-01-01T00:00:00.000Z#${item.event_id}`,
    });
    await put({ ...item, position: "zzz", timeline: `${org_id}#inv_1` });
  }
  return events.reverse();
}

async function walk(next: (after: EventPage["next"]) => Promise<EventPage>): Promise<ActivityEvent[]> {
  const seen: ActivityEvent[] = [];
  let after: EventPage["next"] = null;
  for (let pages = 0; pages < 100; pages++) {
    const page = await next(after);
    seen.push(...page.events);
    if (page.next === null) return seen;
    after = page.next;
  }
  throw new Error("The walk does not end.");
}

describe.each<[string, ShardCount]>([
  ["one shard", 1],
  ["four shards", 4],
])("reading with damaged items in %s", (_, count) => {
  const org_id = `org_damaged_${count}`;
  const shards = { countToRead: () => count, countToWrite: () => count };
  let events: ActivityEvent[];
  beforeAll(async () => {
    events = await fill(org_id, count);
  });

  it.each([
    ["the feed", {}, 1],
    ["the feed", {}, 3],
    ["the feed", {}, 100],
    ["a user's feed", { actor_user_id: "usr_xyz" }, 2],
    ["a document's timeline", { entity_id: "inv_1" }, 2],
    ["a document's timeline", { entity_id: "inv_1" }, 100],
  ])("returns for %s its events, page after page: %j, %i each", async (_, filter, limit) => {
    const damaged: unknown[] = [];
    const reportDamage = (items: readonly unknown[]) => damaged.push(...items);
    const store = createEventStore(stack.dynamodb, stack.tables.events ?? "", { shards, reportDamage });
    const query = aQuery({ ...filter, org_id, limit });
    expect(await walk((after) => store.readPage({ ...query, after }))).toEqual(events);
    expect(damaged.length).toBeGreaterThanOrEqual(20);
  });

  it("lists all events when each read of a page ends at a damaged item", async () => {
    const budget = { reads: 2, bytes: 5_000_000 };
    const store = createEventStore(stack.dynamodb, stack.tables.events ?? "", { shards, budget });
    expect(await walk((after) => store.readPage(aQuery({ org_id, limit: 2, after })))).toEqual(events);
  });
});

describe("reading from a stored position at a damaged item", () => {
  const org_id = "org_damaged_1";
  const now = () => new Date("2026-06-01T12:00:00.000Z");
  /** Reads two items per page. */
  const reader = (): EventReader => {
    const store = createEventStore(stack.dynamodb, stack.tables.events ?? "", {
      budget: { reads: 1, bytes: 5_000_000 },
    });
    return { readPage: (query) => store.readPage({ ...query, limit: 1 }) };
  };
  const events = Array.from({ length: 20 }, (_, second) => eventAt(org_id, second)).reverse();

  it("lets a replay end, and sends each event once", async () => {
    const endpoint = anEndpoint({ org_id, events: ["*"], created_at: "2026-01-01T00:00:00.000Z" });
    const { endpoint_id } = endpoint;
    const replays = replayStore(stack.dynamodb, stack.tables.deliveries ?? "");
    const deliveries = deliveryStore(stack.dynamodb, stack.tables.deliveries ?? "");
    const at = now().toISOString();
    const range = { since: "2026-05-01T00:00:00.000Z", until: at, events: null, only: "all" } as const;
    const ids = { replay_id: `rpl_${"1".repeat(32)}`, org_id, endpoint_id };
    let replay: Replay = {
      ...{ ...ids, ...range, status: "running", examined: 0, sent: 0, cursor: null, created_at: at, updated_at: at },
    };
    const sent: unknown[] = [];
    for (let steps = 0; steps < 200; steps++) {
      const page = await selectForReplay({ events: reader(), deliveries }, endpoint, range, replay.cursor, now());
      sent.push(...page.selected.map(({ event }) => event?.event_id));
      if (page.next === null) return void expect(sent).toEqual(events.map(({ event_id }) => event_id));
      await replays.save({ ...replay, cursor: page.next });
      replay = (await replays.get(endpoint_id, replay.replay_id)) ?? replay;
    }
    throw new Error("The replay does not end.");
  });

  it("lets a list by offset reach its page", async () => {
    const checkpoints = createPageCheckpointStore(stack.dynamodb, stack.tables.config ?? "");
    const list = { queries: [aQuery({ org_id })], matches: null, org_id, listKey: "damaged" };
    const read = () => readOffsetPage({ events: reader(), checkpoints, now }, list, { skip: 15, take: 5 });
    for (let tries = 0; tries < 40; tries++) {
      const window = await read().catch((error: unknown) => {
        if (error instanceof ActivityError && error.code === "unavailable") return null;
        throw error;
      });
      if (window !== null) return void expect(window.events).toEqual(events.slice(15));
    }
    throw new Error("The page is never reached.");
  });
});

it("put throws a conflict when a damaged item has the key of the event", async () => {
  const event = eventAt("org_taken", 1);
  await put({ ...toEventItem(event), shard: shardOf(event, 1), metadata: "{" });
  const store = createEventStore(stack.dynamodb, stack.tables.events ?? "");
  await expect(store.put(event)).rejects.toMatchObject({ code: "conflict" });
  await expect(store.get(event.org_id, event)).rejects.toThrow("metadata is not valid");
});

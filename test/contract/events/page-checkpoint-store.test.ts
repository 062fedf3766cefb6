import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { createPageCheckpointStore } from "#shared/events/dynamodb/page-checkpoint-store.ts";
import type { PageCheckpoint, PageCheckpointStore } from "#shared/events/query/page-checkpoint.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { pageCheckpointKey } from "#shared/platform/dynamodb/keys.ts";
import { anEvent } from "#test/support/builders.ts";
import { meterOf } from "#test/support/dynamodb/metering.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
let tableStore: PageCheckpointStore;
let lists = 0;

/** The real time: the engine expires items by its own clock. */
const now = new Date(Math.floor(Date.now() / 1000) * 1000);

beforeAll(async () => {
  stack = await startStack();
  tableStore = createPageCheckpointStore(stack.dynamodb, stack.tables.config ?? "");
});

const aList = (org_id = "org_checkpoints") => ({ org_id, listKey: `list_${lists++}` });

function checkpointAt(offset: number, over: Partial<PageCheckpoint> = {}): PageCheckpoint {
  const { occurred_at, event_id, entity_id } = anEvent({ entity_id: `inv#${offset}` });
  const after = { occurred_at, event_id, entity_id };
  return { offset, after, head: after, ...over };
}

// Unit tests of lists use the store in memory, so it must behave like the engine.
describe.each(["engine", "memory"] as const)("PageCheckpointStore in the %s", (kind) => {
  const createStore = () => (kind === "engine" ? tableStore : memoryPageCheckpoints());

  it("returns checkpoints up to an offset, highest first, at most the requested number", async () => {
    const store = createStore();
    const list = aList();
    for (const offset of [40, 1_000_000, 80, 9, 120]) await store.put(list, checkpointAt(offset), now);
    const found = await store.findNearest(list, 120, 3, now);
    expect(found).toEqual([checkpointAt(120), checkpointAt(80), checkpointAt(40)]);
    expect(await store.findNearest(list, 8, 3, now)).toEqual([]);
    expect((await store.findNearest(list, 999_999_999, 9, now)).map(({ offset }) => offset)).toEqual([
      1_000_000, 120, 80, 40, 9,
    ]);
  });

  it("replaces a checkpoint of the same offset", async () => {
    const store = createStore();
    const list = aList();
    await store.put(list, checkpointAt(40), now);
    const moved = checkpointAt(40, { after: { ...checkpointAt(40).after, event_id: `evt_${"0".repeat(32)}` } });
    await store.put(list, moved, now);
    expect(await store.findNearest(list, 40, 5, now)).toEqual([moved]);
  });

  it("separates lists and organisations", async () => {
    const store = createStore();
    const list = aList();
    await store.put(list, checkpointAt(40), now);
    expect(await store.findNearest({ ...list, org_id: "org_b" }, 40, 5, now)).toEqual([]);
    expect(await store.findNearest({ ...list, listKey: "other" }, 40, 5, now)).toEqual([]);
  });
});

describe("PageCheckpointStore in the table", () => {
  it("expires checkpoints after a quarter of an hour", async () => {
    const list = aList();
    await tableStore.put(list, checkpointAt(40), now);
    const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
    expect(await tableStore.findNearest(list, 40, 5, later(14))).toHaveLength(1);
    expect(await tableStore.findNearest(list, 40, 5, later(16))).toEqual([]);
    const Key = toStringAttributes(pageCheckpointKey(list.org_id, list.listKey, 40));
    const { Item } = await stack.dynamodb.send(new GetItemCommand({ TableName: stack.tables.config, Key }));
    expect(Number(Item?.expires_at_seconds?.N)).toBe(now.getTime() / 1000 + 15 * 60);
  });

  it("returns valid checkpoints behind expired ones", async () => {
    const list = aList();
    await tableStore.put(list, checkpointAt(40), new Date(now.getTime() + 60 * 60_000));
    for (let offset = 80; offset < 400; offset += 40) await tableStore.put(list, checkpointAt(offset), now);
    const later = new Date(now.getTime() + 61 * 60_000);
    expect(await tableStore.findNearest(list, 1_000, 5, later)).toEqual([checkpointAt(40)]);
  });

  it("costs one unit to save and one to find a checkpoint", async () => {
    const client = stack.newClient();
    const units = meterOf(client);
    const meteredStore = createPageCheckpointStore(client, stack.tables.config ?? "");
    const list = aList();
    await meteredStore.put(list, checkpointAt(40), now);
    await meteredStore.findNearest(list, 80, 5, now);
    expect(units).toEqual([1, 1]);
  });
});

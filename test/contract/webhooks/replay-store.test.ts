import { beforeAll, describe, expect, it } from "vitest";
import { replayListStore } from "#shared/webhooks/replays/dynamodb/replay-list-store.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { anEndpointId } from "#test/support/webhooks/delivery-builders.ts";
import { aReplay } from "#test/support/webhooks/replay-fixture.ts";
import {
  createDynamodbStores,
  createMemoryStores,
  createWebhookTables,
  type WebhookDatabase,
  type WebhookStores,
} from "#test/support/webhooks/webhook-stores.ts";

let database: WebhookDatabase;
let real: WebhookStores;
beforeAll(async () => {
  database = await createWebhookTables();
  real = createDynamodbStores(database);
});
const memory = createMemoryStores();

const created_at = "2026-06-01T12:00:00.000Z";

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("replay store in %s", (_, stores) => {
  it("returns what was saved last for the endpoint", async () => {
    const { replays } = stores();
    const endpoint_id = anEndpointId();
    const replay = aReplay({ endpoint_id, events: ["invoice.*"], created_at, updated_at: created_at });
    await replays.save(replay);
    expect(await replays.get(endpoint_id, replay.replay_id)).toEqual(replay);
    const { occurred_at, event_id, entity_id } = anEvent();
    for (const cursor of [
      { kind: "list" as const, after: "dlv_1" },
      { kind: "log" as const, after: null },
      { kind: "log" as const, after: { occurred_at, event_id, entity_id } },
    ]) {
      const next: Replay = { ...replay, events: null, status: "done", examined: 9, sent: 8, cursor };
      await replays.save(next);
      expect(await replays.get(endpoint_id, replay.replay_id)).toEqual(next);
    }
    expect(await replays.get(anEndpointId(), replay.replay_id)).toBeNull();
  });

  it("getActive returns the replay until it is done, stopped or stalled", async () => {
    const { replays } = stores();
    const endpoint_id = anEndpointId();
    const replay = aReplay({ endpoint_id, events: ["invoice.*"], created_at, updated_at: created_at });
    const getActive = () => replays.getActive(endpoint_id, new Date(replay.updated_at));
    expect(await getActive()).toBeNull();
    await replays.save({ ...replay, replay_id: `rpl_${"0".repeat(32)}`, status: "done" });
    await replays.save(replay);
    expect(await getActive()).toEqual(replay);
    expect(await replays.getActive(anEndpointId(), new Date(replay.updated_at))).toBeNull();
    for (const over of [
      { status: "stopped" },
      { status: "done" },
      { created_at: "2026-06-01T11:00:00.000Z", updated_at: "2026-06-01T11:49:59.999Z" },
    ] as const) {
      await replays.save({ ...replay, ...over });
      expect(await getActive()).toBeNull();
    }
  });
});

describe("replayListStore", () => {
  it("replaces the list only in the version that was read", async () => {
    const store = replayListStore(database.client, database.tables.deliveries, () => testNow);
    const empty = await store.get("org_a");
    expect(empty).toEqual({ replays: [], version: 0 });
    const one = [{ endpoint_id: "wh_1", replay_id: "rpl_1" }];
    const results = await Promise.all(Array.from({ length: 5 }, () => store.replace("org_a", empty, one)));
    expect(results.filter(Boolean)).toHaveLength(1);
    const list = await store.get("org_a");
    expect(list).toEqual({ replays: one, version: 1 });
    expect(await store.replace("org_a", list, [])).toBe(true);
    expect(await store.replace("org_a", list, one)).toBe(false);
    expect(await store.get("org_b")).toEqual(empty);
  });
});

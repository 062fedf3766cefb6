import { beforeAll, describe, expect, it } from "vitest";
import { hostCounterStore } from "#shared/webhooks/limits/dynamodb/host-counter-store.ts";
import { replayListStore } from "#shared/webhooks/replays/dynamodb/replay-list-store.ts";
import { testNow } from "#test/support/builders.ts";
import { createWebhookTables } from "#test/support/webhooks/webhook-stores.ts";

let engine: Awaited<ReturnType<typeof createWebhookTables>>;

beforeAll(async () => {
  engine = await createWebhookTables();
});

describe("increment of a host counter", () => {
  const at = (seconds: number) => new Date(testNow.getTime() + seconds * 1_000);
  const store = () => hostCounterStore(engine.client, engine.tables.deliveries);

  it("counts concurrent requests up to the limit", async () => {
    const results = await Promise.all(
      Array.from({ length: 40 }, () => store().increment("a.example", at(0), 50, 1_000)),
    );
    expect(results.filter(Boolean)).toHaveLength(20);
  });

  it("starts at zero in the next window, which lagging clocks count in", async () => {
    const count = (seconds: number) => store().increment("b.example", at(seconds), 50, 100);
    expect([await count(0), await count(0), await count(0)]).toEqual([true, true, false]);
    expect([await count(10), await count(0), await count(10)]).toEqual([true, true, false]);
    expect(await store().increment("c.example", at(10), 50, 100)).toBe(true);
  });
});

describe("the replays of an organisation", () => {
  it("are replaced only as they were read", async () => {
    const store = replayListStore(engine.client, engine.tables.deliveries, () => testNow);
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

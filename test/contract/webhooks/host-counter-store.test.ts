import { beforeAll, describe, expect, it } from "vitest";
import { hostCounterStore } from "#shared/webhooks/limits/dynamodb/host-counter-store.ts";
import { testNow } from "#test/support/builders.ts";
import { createWebhookTables } from "#test/support/webhooks/webhook-stores.ts";

let database: Awaited<ReturnType<typeof createWebhookTables>>;

beforeAll(async () => {
  database = await createWebhookTables();
});

describe("hostCounterStore.increment", () => {
  const at = (seconds: number) => new Date(testNow.getTime() + seconds * 1_000);
  const store = () => hostCounterStore(database.client, database.tables.deliveries);

  it("counts concurrent requests up to the limit", async () => {
    const results = await Promise.all(
      Array.from({ length: 40 }, () => store().increment("a.example", at(0), 50, 1_000)),
    );
    expect(results.filter(Boolean)).toHaveLength(20);
  });

  it("starts at zero in the next window, in which instances with lagging clocks count, too", async () => {
    const count = (seconds: number) => store().increment("b.example", at(seconds), 50, 100);
    expect([await count(0), await count(0), await count(0)]).toEqual([true, true, false]);
    expect([await count(10), await count(0), await count(10)]).toEqual([true, true, false]);
    expect(await store().increment("c.example", at(10), 50, 100)).toBe(true);
  });
});

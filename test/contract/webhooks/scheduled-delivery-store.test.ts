import { beforeAll, describe, expect, it } from "vitest";
import { deliveryIdAt, type ScheduledDelivery, scheduleShardCount } from "#shared/webhooks/deliveries/delivery.ts";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { anEndpointId } from "#test/support/webhooks/delivery-builders.ts";
import {
  createDynamodbStores,
  createMemoryStores,
  createWebhookTables,
  type WebhookStores,
} from "#test/support/webhooks/webhook-stores.ts";

let real: WebhookStores;
beforeAll(async () => {
  real = createDynamodbStores(await createWebhookTables());
});
const memory = createMemoryStores();

const at = (second: number) => new Date(Date.UTC(2026, 5, 1, 12, 0, second));

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("scheduled delivery store in %s", (_, stores) => {
  const messageOf = (endpoint_id: string, entropy: string) =>
    aDeliveryMessage({ endpoint_id, delivery_id: deliveryIdAt("2026-06-01T00:00:00.000Z", entropy), parked: 3 });
  /** Lists the due attempts of one endpoint. */
  const dueOf = async (endpointId: string, now: Date): Promise<ScheduledDelivery[]> => {
    const shards = Array.from({ length: scheduleShardCount }, (_, shard) => stores().scheduled.listDue(shard, now));
    return (await Promise.all(shards)).flat().filter(({ message }) => message.endpoint_id === endpointId);
  };

  it("lists an attempt from its due time until it is removed", async () => {
    const { scheduled } = stores();
    const message = messageOf(anEndpointId(), "a");
    await scheduled.add(message, at(30));
    expect(await dueOf(message.endpoint_id, new Date(at(30).getTime() - 1))).toEqual([]);
    const entries = await dueOf(message.endpoint_id, at(30));
    expect(entries.map((entry) => entry.message)).toEqual([message]);
    await scheduled.remove(entries);
    await scheduled.remove(entries);
    expect(await dueOf(message.endpoint_id, at(60))).toEqual([]);
  });

  it("stores an attempt once when it is added again, and different attempts separately", async () => {
    const { scheduled } = stores();
    const message = messageOf(anEndpointId(), "b");
    await scheduled.add(message, at(30));
    await scheduled.add({ ...message, parked: 4 }, at(30));
    await scheduled.add({ ...message, step: 1 }, at(30));
    const found = (await dueOf(message.endpoint_id, at(31))).map((entry) => entry.message);
    expect(found.map(({ step, parked: deferrals }) => [step, deferrals])).toEqual([
      [0, 4],
      [1, 3],
    ]);
  });

  it("lists attempts by time within a shard, and spreads them over the shards", async () => {
    const { scheduled } = stores();
    const endpointId = anEndpointId();
    const seconds = Array.from({ length: 60 }, (_, n) => (n * 37) % 60);
    await Promise.all(seconds.map((second) => scheduled.add(messageOf(endpointId, `${second}`), at(second))));
    const entries = await dueOf(endpointId, at(29));
    expect(entries).toHaveLength(30);
    const byShard = Map.groupBy(entries, ({ shard }) => shard);
    expect(byShard.size).toBeGreaterThan(scheduleShardCount / 2);
    for (const shard of byShard.values()) {
      const keys = shard.map(({ key }) => key);
      expect(keys).toEqual([...keys].sort());
    }
  });

  it("lists a large number of attempts in several parts", async () => {
    const { scheduled } = stores();
    const message = messageOf(anEndpointId(), "c");
    const steps = Array.from({ length: 250 }, (_, step) => step);
    await Promise.all(steps.map((step) => scheduled.add({ ...message, step }, at(1))));
    const seen: number[] = [];
    for (;;) {
      const entries = await dueOf(message.endpoint_id, at(2));
      if (entries.length === 0) break;
      seen.push(...entries.map((entry) => entry.message.step));
      await scheduled.remove(entries);
    }
    expect(seen.sort((left, right) => left - right)).toEqual(steps);
  });
});

import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { deliveryIdAt, type ScheduledDelivery, scheduleShardCount } from "#shared/webhooks/deliveries/delivery.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { aDeliveryMessage, anEvent } from "#test/support/builders.ts";
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

const anEndpointId = () => `wh_${randomUUID().replaceAll("-", "")}`;
const at = (second: number) => new Date(Date.UTC(2026, 5, 1, 12, 0, second));

function aReplay(over: Partial<Replay>): Replay {
  return {
    replay_id: "rpl_00000000000000000000000000000001",
    org_id: "org_1",
    endpoint_id: "wh_1",
    since: "2026-01-01T00:00:00.000Z",
    until: "2026-06-01T00:00:00.000Z",
    events: ["invoice.*"],
    only: "all",
    status: "running",
    examined: 0,
    sent: 0,
    cursor: null,
    created_at: "2026-06-01T12:00:00.000Z",
    updated_at: "2026-06-01T12:00:00.000Z",
    ...over,
  };
}

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("in %s", (_, stores) => {
  describe("what is due", () => {
    const messageOf = (endpoint_id: string, entropy: string) =>
      aDeliveryMessage({ endpoint_id, delivery_id: deliveryIdAt("2026-06-01T00:00:00.000Z", entropy), parked: 3 });
    /** Of one endpoint, whatever else waits. */
    const dueOf = async (endpointId: string, now: Date): Promise<ScheduledDelivery[]> => {
      const shards = Array.from({ length: scheduleShardCount }, (_, shard) => stores().scheduled.listDue(shard, now));
      return (await Promise.all(shards)).flat().filter(({ message }) => message.endpoint_id === endpointId);
    };

    it("comes at its time and not before, and not again when it is removed", async () => {
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

    it("is one entry however often it is added, and another for another attempt", async () => {
      const { scheduled } = stores();
      const message = messageOf(anEndpointId(), "b");
      await scheduled.add(message, at(30));
      await scheduled.add({ ...message, parked: 4 }, at(30));
      await scheduled.add({ ...message, step: 1 }, at(30));
      const found = (await dueOf(message.endpoint_id, at(31))).map((entry) => entry.message);
      expect(found.map(({ step, parked }) => [step, parked])).toEqual([
        [0, 4],
        [1, 3],
      ]);
    });

    it("comes in the order of time within a shard, and is spread over the shards", async () => {
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

    it("is given in parts, which together are all of it", async () => {
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

  it("a replay is what was saved last, of its own endpoint only", async () => {
    const { replays } = stores();
    const endpoint_id = anEndpointId();
    const replay = aReplay({ endpoint_id });
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

  it("a replay runs until it is done, has stopped, or has made no step for long", async () => {
    const { replays } = stores();
    const endpoint_id = anEndpointId();
    const replay = aReplay({ endpoint_id });
    const running = () => replays.getActive(endpoint_id, new Date(replay.updated_at));
    expect(await running()).toBeNull();
    await replays.save({ ...replay, replay_id: `rpl_${"0".repeat(32)}`, status: "done" });
    await replays.save(replay);
    expect(await running()).toEqual(replay);
    expect(await replays.getActive(anEndpointId(), new Date(replay.updated_at))).toBeNull();
    for (const over of [
      { status: "stopped" },
      { status: "done" },
      { created_at: "2026-06-01T11:00:00.000Z", updated_at: "2026-06-01T11:49:59.999Z" },
    ] as const) {
      await replays.save({ ...replay, ...over });
      expect(await running()).toBeNull();
    }
  });
});

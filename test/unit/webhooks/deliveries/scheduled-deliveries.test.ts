import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  type DeliveryMessage,
  deliveryIdAt,
  type ScheduledDeliveryStore,
  scheduleShardCount,
} from "#shared/webhooks/deliveries/delivery.ts";
import { enqueueDueDeliveries } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";
import { aDeliveryMessage, testNow } from "#test/support/builders.ts";
import { memoryScheduledDeliveries } from "#test/support/memory/webhooks.ts";

const all = { worker: 0, workers: 1 };
const inSeconds = (seconds: number) => new Date(testNow.getTime() + seconds * 1_000);

const messages = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    aDeliveryMessage({ delivery_id: deliveryIdAt(testNow.toISOString(), String(n)), step: 3 }),
  );

/** Creates ports with a table in which these messages are due, and records what is enqueued. */
async function createPorts(waiting: readonly DeliveryMessage[], at = testNow) {
  const memory = memoryScheduledDeliveries();
  for (const message of waiting) await memory.add(message, at);
  const removed = new Set<string>();
  const scheduled: Pick<ScheduledDeliveryStore, "listDue" | "remove"> = {
    listDue: memory.listDue,
    async remove(entries) {
      await memory.remove(entries);
      for (const { key } of entries) removed.add(key);
    },
  };
  const sent: DeliveryMessage[] = [];
  const queue = {
    send: vi.fn(async (batch: readonly DeliveryMessage[], _: number): Promise<readonly DeliveryMessage[]> => {
      sent.push(...batch);
      return [];
    }),
  };
  const idsSent = () => sent.map(({ delivery_id }) => delivery_id).toSorted();
  const left = () => waiting.length - removed.size;
  return { ports: { scheduled, queue, now: () => testNow }, scheduled, queue, sent, idsSent, left };
}

const ids = (of: readonly DeliveryMessage[]) => of.map(({ delivery_id }) => delivery_id).toSorted();

describe("enqueueDueDeliveries", () => {
  it.each([
    [-3_600, 1],
    [0, 1],
    [0.001, 0],
    [60, 0],
  ])("enqueues only due attempts: due in %d s", async (seconds, expected) => {
    const { ports, sent, queue, left } = await createPorts([aDeliveryMessage({ step: 3 })], inSeconds(seconds));
    expect(await enqueueDueDeliveries(ports, all)).toBe(expected);
    expect(sent).toEqual(expected === 1 ? [aDeliveryMessage({ step: 3 })] : []);
    expect(left()).toBe(1 - expected);
    for (const [, delay] of queue.send.mock.calls) expect(delay).toBe(0);
  });

  it("enqueues all pages of due attempts", async () => {
    const waiting = messages(3_000);
    const { ports, idsSent, left } = await createPorts(waiting);
    expect(await enqueueDueDeliveries(ports, all)).toBe(3_000);
    expect(idsSent()).toEqual(ids(waiting));
    expect(left()).toBe(0);
  });

  it("removes attempts after the queue has accepted them", async () => {
    const { ports, scheduled, left } = await createPorts(messages(1));
    const order: string[] = [];
    const { remove } = scheduled;
    vi.spyOn(ports.queue, "send").mockImplementation(async () => {
      order.push(`sent, ${left()} left`);
      return [];
    });
    vi.spyOn(scheduled, "remove").mockImplementation(async (entries) => {
      await remove(entries);
      order.push(`removed, ${left()} left`);
    });
    await enqueueDueDeliveries(ports, all);
    expect(order).toEqual(["sent, 1 left", "removed, 0 left"]);
  });

  it("keeps refused attempts and does not retry them in the same run", async () => {
    const waiting = messages(3_000);
    const { ports, queue, sent, idsSent, left } = await createPorts(waiting);
    const refused = new Set(waiting.slice(0, 40));
    const offered: DeliveryMessage[] = [];
    let now = testNow;
    queue.send.mockImplementation(async (batch) => {
      now = new Date(now.getTime() + 100);
      offered.push(...batch);
      sent.push(...batch.filter((message) => !refused.has(message)));
      return batch.filter((message) => refused.has(message));
    });
    const enqueued = await enqueueDueDeliveries({ ...ports, now: () => now }, all);
    expect(new Set(offered).size).toBe(offered.length);
    expect([enqueued, left()]).toEqual([sent.length, 3_000 - sent.length]);
    refused.clear();
    expect(await enqueueDueDeliveries(ports, all)).toBe(3_000 - enqueued);
    expect(idsSent()).toEqual(ids(waiting));
  });

  it("enqueues attempts twice after a crash before their removal", async () => {
    const [message = aDeliveryMessage()] = messages(1);
    const { ports, scheduled, sent } = await createPorts([message]);
    vi.spyOn(scheduled, "remove").mockRejectedValueOnce(new Error("killed"));
    await expect(enqueueDueDeliveries(ports, all)).rejects.toThrow("killed");
    expect(await enqueueDueDeliveries(ports, all)).toBe(1);
    expect(sent).toEqual([message, message]);
  });

  it("stops at its time limit and leaves the rest to the next run", async () => {
    const { ports, queue, sent, left } = await createPorts(messages(5_000));
    let now = testNow;
    queue.send.mockImplementation(async (batch) => {
      sent.push(...batch);
      now = new Date(now.getTime() + 20_000 / scheduleShardCount);
      return [];
    });
    const enqueued = await enqueueDueDeliveries({ ...ports, now: () => now }, all);
    expect([enqueued, left()]).toEqual([sent.length, 5_000 - sent.length]);
    expect(enqueued).toBeLessThan(5_000);
    expect(now.getTime() - testNow.getTime()).toBeLessThan(65_000);
  });
});

it("(property) enqueueDueDeliveries reads each shard in exactly one worker", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: scheduleShardCount }), async (workers) => {
      const listedShards: number[] = [];
      const scheduled = {
        listDue: async (shard: number) => {
          listedShards.push(shard);
          return [];
        },
        remove: async () => {},
      };
      const queue = { send: async () => [] };
      for (let worker = 0; worker < workers; worker++) {
        await enqueueDueDeliveries({ scheduled, queue, now: () => testNow }, { worker, workers });
      }
      expect(listedShards.toSorted((left, right) => left - right)).toEqual(
        Array.from({ length: scheduleShardCount }, (_, n) => n),
      );
    }),
  );
});

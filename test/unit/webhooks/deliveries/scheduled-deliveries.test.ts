import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type DeliveryMessage, type DueStore, deliveryIdAt, dueShards } from "#shared/webhooks/deliveries/delivery.ts";
import { enqueueDue } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";
import { aDeliveryMessage, testNow } from "#test/support/builders.ts";
import { memoryDue } from "#test/support/memory-webhooks.ts";

const all = { run: 0, of: 1 };
const inSeconds = (seconds: number) => new Date(testNow.getTime() + seconds * 1_000);

const messages = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    aDeliveryMessage({ delivery_id: deliveryIdAt(testNow.toISOString(), String(n)), step: 3 }),
  );

/** A table in which these messages are due at a time, and what came into the queue. */
async function aWorld(waiting: readonly DeliveryMessage[], at = testNow) {
  const memory = memoryDue();
  for (const message of waiting) await memory.add(message, at);
  const removed = new Set<string>();
  const due: Pick<DueStore, "due" | "remove"> = {
    due: memory.due,
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
  return { world: { due, queue, now: () => testNow }, due, queue, sent, idsSent, left };
}

const ids = (of: readonly DeliveryMessage[]) => of.map(({ delivery_id }) => delivery_id).toSorted();

describe("attempts that are due", () => {
  it.each([
    [-3_600, 1],
    [0, 1],
    [0.001, 0],
    [60, 0],
  ])("are enqueued, and no others: due in %d s", async (seconds, expected) => {
    const { world, sent, queue, left } = await aWorld([aDeliveryMessage({ step: 3 })], inSeconds(seconds));
    expect(await enqueueDue(world, all)).toBe(expected);
    expect(sent).toEqual(expected === 1 ? [aDeliveryMessage({ step: 3 })] : []);
    expect(left()).toBe(1 - expected);
    for (const [, delay] of queue.send.mock.calls) expect(delay).toBe(0);
  });

  it("are enqueued all, also where they fill many pages", async () => {
    const waiting = messages(3_000);
    const { world, idsSent, left } = await aWorld(waiting);
    expect(await enqueueDue(world, all)).toBe(3_000);
    expect(idsSent()).toEqual(ids(waiting));
    expect(left()).toBe(0);
  });

  it("are removed once the queue has them", async () => {
    const { world, due, left } = await aWorld(messages(1));
    const order: string[] = [];
    const { remove } = due;
    vi.spyOn(world.queue, "send").mockImplementation(async () => {
      order.push(`sent, ${left()} left`);
      return [];
    });
    vi.spyOn(due, "remove").mockImplementation(async (entries) => {
      await remove(entries);
      order.push(`removed, ${left()} left`);
    });
    await enqueueDue(world, all);
    expect(order).toEqual(["sent, 1 left", "removed, 0 left"]);
  });

  it("stay where the queue refuses them, and are not offered again in this run", async () => {
    const waiting = messages(3_000);
    const { world, queue, sent, idsSent, left } = await aWorld(waiting);
    const refused = new Set(waiting.slice(0, 40));
    const offered: DeliveryMessage[] = [];
    let now = testNow;
    queue.send.mockImplementation(async (batch) => {
      now = new Date(now.getTime() + 100);
      offered.push(...batch);
      sent.push(...batch.filter((message) => !refused.has(message)));
      return batch.filter((message) => refused.has(message));
    });
    const enqueued = await enqueueDue({ ...world, now: () => now }, all);
    expect(new Set(offered).size).toBe(offered.length);
    expect([enqueued, left()]).toEqual([sent.length, 3_000 - sent.length]);
    refused.clear();
    expect(await enqueueDue(world, all)).toBe(3_000 - enqueued);
    expect(idsSent()).toEqual(ids(waiting));
  });

  it("come twice rather than not at all where a run dies between the two", async () => {
    const [message = aDeliveryMessage()] = messages(1);
    const { world, due, sent } = await aWorld([message]);
    vi.spyOn(due, "remove").mockRejectedValueOnce(new Error("killed"));
    await expect(enqueueDue(world, all)).rejects.toThrow("killed");
    expect(await enqueueDue(world, all)).toBe(1);
    expect(sent).toEqual([message, message]);
  });

  it("are left to the next run when this one has taken its time", async () => {
    const { world, queue, sent, left } = await aWorld(messages(5_000));
    let now = testNow;
    queue.send.mockImplementation(async (batch) => {
      sent.push(...batch);
      now = new Date(now.getTime() + 20_000 / dueShards);
      return [];
    });
    const enqueued = await enqueueDue({ ...world, now: () => now }, all);
    expect([enqueued, left()]).toEqual([sent.length, 5_000 - sent.length]);
    expect(enqueued).toBeLessThan(5_000);
    expect(now.getTime() - testNow.getTime()).toBeLessThan(65_000);
  });
});

it("takes care of each shard in exactly one run, however many there are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: dueShards }), async (of) => {
      const asked: number[] = [];
      const due = {
        due: async (shard: number) => {
          asked.push(shard);
          return [];
        },
        remove: async () => {},
      };
      const queue = { send: async () => [] };
      for (let run = 0; run < of; run++) await enqueueDue({ due, queue, now: () => testNow }, { run, of });
      expect(asked.toSorted((left, right) => left - right)).toEqual(Array.from({ length: dueShards }, (_, n) => n));
    }),
  );
});

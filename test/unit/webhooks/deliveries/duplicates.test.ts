import { describe, expect, it } from "vitest";
import { aDeliveryMessage, anExchange, testNow } from "#test/support/builders.ts";
import { aDeliveryWorld } from "#test/support/delivery-ports.ts";
import { whereAnswers } from "#test/support/mutable-events.ts";

const message = aDeliveryMessage();

describe("a message that comes twice", () => {
  it("is sent once, in one batch", async () => {
    const world = await aDeliveryWorld();
    expect(await world.deliver(message, { ...message })).toEqual(["succeeded", "parked"]);
    expect(world.received).toHaveLength(1);
    expect(world.scheduled).toMatchObject([{ message, by: "queue", seconds: 60 }]);
  });

  it("is sent once, in two batches at once; the other comes again when the hold is over, and is dropped", async () => {
    const world = await aDeliveryWorld();
    world.receiver.answer = async () => {
      await world.clock.sleep(15_000);
      return anExchange();
    };
    const outcomes = await Promise.all([world.deliver(message), world.deliver({ ...message })]);
    expect(outcomes.flat().toSorted()).toEqual(["parked", "succeeded"]);
    expect(world.received).toHaveLength(1);
    const [again] = world.scheduled;
    expect(again).toMatchObject({ message, by: "queue", seconds: 60 });
    await world.until(again?.at ?? testNow);
    expect(await world.deliver(message)).toEqual(["dropped"]);
    expect(world.received).toHaveLength(1);
  });

  it("is dropped after success", async () => {
    const world = await aDeliveryWorld();
    await world.deliver(message);
    expect(await world.deliver(message)).toEqual(["dropped"]);
    expect([world.received.length, world.scheduled]).toEqual([1, []]);
    expect((await world.deliveryOf(message))?.attempts).toBe(1);
  });

  it("is dropped once its attempt was made, whatever came of it", async () => {
    const world = await whereAnswers({ status: 500 });
    await world.deliver(message);
    expect(await world.deliver(message)).toEqual(["dropped"]);
    expect([world.received.length, world.scheduled.length]).toEqual([1, 1]);
  });

  it("is dropped once the delivery was given up", async () => {
    const world = await whereAnswers({ status: 400, headers: { "webhook-delivery": "abort-message" } });
    await world.deliver(message);
    expect(await world.deliver(message, { ...message, step: 1 })).toEqual(["dropped", "dropped"]);
    expect(world.received).toHaveLength(1);
  });
});

import { describe, expect, it } from "vitest";
import type { Exchange } from "#shared/webhooks/deliveries/attempt.ts";
import { aDeliveryMessage, anEvent, anExchange } from "#test/support/builders.ts";
import { aDeliveryWorld, answering } from "#test/support/delivery-ports.ts";

const message = aDeliveryMessage();

/** A world in which the endpoint just answered so, to so many one after another. */
async function whereItAnswered(count: number, exchange: Partial<Exchange>) {
  const world = await aDeliveryWorld();
  world.receiver.answer = answering(exchange);
  for (const one of world.messages(count)) await world.deliver(one);
  world.scheduled.length = 0;
  world.received.length = 0;
  return world;
}

describe("an open circuit", () => {
  it("comes of five failures in a row", async () => {
    const world = await whereItAnswered(4, { status: 500 });
    const [fifth = message, sixth = message] = world.messages(2);
    expect(await world.deliver(fifth)).toEqual(["failed"]);
    expect(await world.deliver(sixth)).toEqual(["parked"]);
    expect(world.received).toHaveLength(1);
    expect(world.scheduled.at(-1)).toMatchObject({ message: { ...sixth, parked: 1 }, by: "queue", seconds: 30 });
    expect(await world.deliveryOf(sixth)).toBeNull();
  });

  it("holds nobody else's messages up", async () => {
    const world = await whereItAnswered(5, { status: 500 });
    const other = { ...world.endpoint, endpoint_id: `wh_${"0".repeat(32)}` };
    await world.endpoints.create(other, anEvent());
    world.receiver.answer = answering({});
    expect(await world.deliver(...world.messages(2), ...world.messages(2, other))).toEqual([
      "parked",
      "parked",
      "succeeded",
      "succeeded",
    ]);
  });

  it("lets through what a person asked for, and closes where that succeeds", async () => {
    const world = await whereItAnswered(5, { status: 500 });
    world.receiver.answer = answering({});
    const [urgent = message, regular = message] = world.messages(2);
    expect(await world.deliver({ ...urgent, urgent: true }, regular)).toEqual(["succeeded", "parked"]);
    expect(await world.deliver(...world.messages(3))).toEqual(["succeeded", "succeeded", "succeeded"]);
  });

  it("probes with one message when its time is over, and closes where that succeeds", async () => {
    const world = await whereItAnswered(5, { status: 500 });
    world.receiver.answer = answering({});
    await world.later(30);
    expect(await world.deliver(...world.messages(1))).toEqual(["succeeded"]);
    expect((await world.health.read(message.endpoint_id)).open_until).toBeNull();
    expect(await world.deliver(...world.messages(5))).toEqual(Array(5).fill("succeeded"));
  });

  it("opens for twice as long where the probe fails", async () => {
    const world = await whereItAnswered(5, { status: 500 });
    await world.later(30);
    expect(await world.deliver(...world.messages(1))).toEqual(["failed"]);
    world.scheduled.length = 0;
    expect(await world.deliver(...world.messages(1))).toEqual(["parked"]);
    expect(world.scheduled).toMatchObject([{ by: "queue", seconds: 60 }]);
  });

  it("probes with one send of a group of ten, however many could go", async () => {
    const world = await whereItAnswered(5, { status: 500 });
    await world.later(30);
    expect(await world.deliver(...world.messages(10))).toEqual(["failed", ...Array(9).fill("parked")]);
    expect(world.received).toHaveLength(1);
  });

  it("sends one at a time while it probes", async () => {
    const world = await whereItAnswered(5, { status: 500 });
    await world.later(30);
    let [running, most] = [0, 0];
    world.receiver.answer = async () => {
      most = Math.max(most, ++running);
      await world.clock.sleep(1_000);
      running -= 1;
      return answering({})();
    };
    await Promise.all([world.deliver(...world.messages(5)), world.deliver(...world.messages(5))]);
    expect(most).toBe(1);
  });
});

describe("an endpoint that is overloaded", () => {
  it.each([
    { status: 429, headers: {}, seconds: 10 },
    { status: 502, headers: {}, seconds: 10 },
    { status: 504, headers: {}, seconds: 10 },
    { status: 429, headers: { "retry-after": "120" }, seconds: 120 },
  ])("gets nothing for a while, then half as many at once: $status $headers", async ({ seconds, ...exchange }) => {
    const world = await whereItAnswered(1, exchange);
    const [next = message] = world.messages(1);
    expect(await world.deliver(next)).toEqual(["parked"]);
    expect(world.received).toEqual([]);
    expect(world.scheduled).toMatchObject([{ message: next, seconds: seconds + 1 }]);
    expect((await world.health.read(message.endpoint_id)).limit).toBe(5);
    world.receiver.answer = answering({});
    await world.later(seconds);
    expect(await world.deliver(next)).toEqual(["succeeded"]);
  });

  it.each([400, 500, 503])("is not one that answers %i", async (status) => {
    const world = await whereItAnswered(1, { status });
    world.receiver.answer = answering({});
    expect(await world.deliver(...world.messages(3))).toEqual(Array(3).fill("succeeded"));
  });
});

describe("a group of messages", () => {
  it.each([429, 500])("ends its turn with a %i: what was not begun waits", async (status) => {
    const world = await aDeliveryWorld();
    world.receiver.answer = answering({ status });
    expect(await world.deliver(...world.messages(10))).toEqual([
      ...Array(5).fill("failed"),
      ...Array(5).fill("parked"),
    ]);
    expect(world.received).toHaveLength(5);
  });

  it("ends its turn also where only one of many fails", async () => {
    const world = await aDeliveryWorld();
    const messages = world.messages(30);
    const seventh = messages[6]?.delivery_id;
    world.receiver.answer = async ({ headers }) => {
      await world.clock.sleep(1_000);
      return anExchange({ status: headers["webhook-id"] === seventh ? 500 : 200 });
    };
    const outcomes = await world.deliver(...messages);
    const count = (outcome: string) => outcomes.filter((each) => each === outcome).length;
    expect([count("failed"), count("succeeded") + count("parked")]).toEqual([1, 29]);
    expect(world.received.length).toBeLessThanOrEqual(10 + 5);
    expect(world.received).toHaveLength(1 + count("succeeded"));
  });
});

import { describe, expect, it } from "vitest";
import type { Exchange } from "#shared/webhooks/deliveries/attempt.ts";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import { initialLimit } from "#shared/webhooks/limits/circuit-breaker.ts";
import { aDeliveryMessage, testNow } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/delivery-builders.ts";
import { aDeliveryWorld, answering } from "#test/support/delivery-ports.ts";
import { change, whereAnswers } from "#test/support/mutable-events.ts";

const message = aDeliveryMessage();
const at = testNow.toISOString();
const aTest = aDeliveryMessage({ event: null, urgent: true });

/** A retry that its owner asked for, so many seconds after the first attempt. */
const retryOf = (first: DeliveryMessage, seconds: number): DeliveryMessage => {
  const started_at = secondsLater(seconds).toISOString();
  return { ...first, cycle: Date.parse(started_at), started_at, step: 0, urgent: true, resend: true };
};

describe("a test", () => {
  it("sends a sample of its type", async () => {
    const world = await aDeliveryWorld();
    expect(await world.deliver({ ...aTest, event_type: "bill.paid" })).toEqual(["succeeded"]);
    expect(JSON.parse(world.received[0]?.body ?? "")).toMatchObject({
      event_type: "bill.paid",
      delivery_id: aTest.delivery_id,
      org_id: aTest.org_id,
      test: true,
    });
  });

  it("is told from an event, whose body has no such key", async () => {
    const world = await aDeliveryWorld();
    await world.deliver(aTest, ...world.messages(1));
    expect(world.received.map(({ body }) => Object.hasOwn(JSON.parse(body), "test")).sort()).toEqual([false, true]);
  });

  it.each<[string, Partial<Exchange>]>([
    ["test_failed", { status: 500 }],
    ["test_failed", { status: 429, headers: { "retry-after": "5" } }],
    ["test_failed", { status: null, error: "timeout" }],
    ["endpoint_gone", { status: 410 }],
  ])("is never repeated: %s for %j", async (reason, exchange) => {
    const world = await whereAnswers(exchange);
    expect(await world.deliver(aTest)).toEqual(["given_up"]);
    expect(world.scheduled).toEqual([]);
    expect(await world.deliveryOf(aTest)).toMatchObject({ status: "failed", reason, attempts: 1 });
  });

  it("reaches a disabled endpoint, and leaves it disabled as it was", async () => {
    const disabled = { reason: "owner" as const, at };
    const world = await aDeliveryWorld({ disabled });
    expect(await world.deliver(aTest)).toEqual(["succeeded"]);
    world.receiver.answer = answering({ status: 410 });
    expect(await world.deliver({ ...aTest, delivery_id: `${aTest.delivery_id.slice(0, -1)}0` })).toEqual(["given_up"]);
    expect((await world.standing())?.disabled).toEqual(disabled);
    expect(world.told).toEqual([]);
  });

  it("that fails is held against nobody", async () => {
    const world = await whereAnswers({ status: 429 });
    await world.deliver(aTest);
    expect(await world.health.read(aTest.endpoint_id)).toMatchObject({
      failures: 0,
      limit: initialLimit,
      open_until: null,
    });
  });

  it("that fails leaves room for the next one, also while the circuit is open", async () => {
    const world = await whereAnswers({ status: 500 });
    await world.deliver(...world.messages(5));
    const another = { ...aTest, delivery_id: `${aTest.delivery_id.slice(0, -1)}0` };
    expect([await world.deliver(aTest), await world.deliver(another)]).toEqual([["given_up"], ["given_up"]]);
  });
});

describe("a retry by the owner", () => {
  it("sends again what succeeded", async () => {
    const world = await aDeliveryWorld();
    await world.deliver(message);
    await world.later(9);
    expect(await world.deliver(retryOf(message, 9))).toEqual(["succeeded"]);
    const [first, second] = world.received;
    expect([second?.body, second?.headers["webhook-id"]]).toEqual([first?.body, first?.headers["webhook-id"]]);
    expect(await world.deliveryOf(message)).toMatchObject({ status: "succeeded", attempts: 2 });
    expect(await world.attemptsOf(message)).toHaveLength(2);
  });

  it.each([200, 500])("ends the attempts that were scheduled, also where it is answered %i", async (status) => {
    const world = await whereAnswers({ status: 500 });
    await world.deliver(message);
    world.receiver.answer = answering({ status });
    await world.later(2);
    const retry = retryOf(message, 2);
    await world.deliver(retry);
    await world.later(3);
    expect(await world.deliver({ ...message, step: 1 })).toEqual(["dropped"]);
    expect(world.received).toHaveLength(2);
    expect(world.scheduled.slice(1)).toMatchObject(
      status === 200 ? [] : [{ message: { ...retry, step: 1, urgent: false }, seconds: 5 }],
    );
  });

  it("has three days of its own", async () => {
    const world = await whereAnswers({ status: 500 });
    await world.deliver(message);
    await world.later(80 * 3_600);
    expect(await world.deliver(retryOf(message, 80 * 3_600))).toEqual(["failed"]);
    expect(world.scheduled.at(-1)?.seconds).toBe(5);
  });

  it("gives what was given up another end", async () => {
    const world = await whereAnswers({ status: 410 });
    await world.deliver(message);
    await change(world, { disabled: null });
    world.receiver.answer = answering({});
    await world.later(9);
    await world.deliver(retryOf(message, 9));
    expect(await world.deliveryOf(message)).toMatchObject({ status: "succeeded", reason: null, attempts: 2 });
  });

  it("waits for the attempt that is being made", async () => {
    const world = await aDeliveryWorld();
    await world.deliveries.claim(message, testNow, 60);
    await world.later(2);
    const retry = retryOf(message, 2);
    expect(await world.deliver(retry)).toEqual(["parked"]);
    expect(world.scheduled).toMatchObject([{ message: retry, by: "queue", seconds: 58 }]);
    expect(world.received).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { aDeliveryMessage, anEvent, aSendResult } from "#test/support/builders.ts";
import { deliveryFixture, respondWith } from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();

/** Creates a fixture whose endpoint has responded so to `count` consecutive messages. */
async function fixtureAfterResponses(count: number, exchange: Partial<SendResult>) {
  const fixture = await deliveryFixture();
  fixture.receiver.respond = respondWith(exchange);
  for (const one of fixture.createMessages(count)) await fixture.deliver(one);
  fixture.scheduled.length = 0;
  fixture.received.length = 0;
  return fixture;
}

describe("deliverBatch while the circuit is open", () => {
  it("reschedules messages after five consecutive failures", async () => {
    const fixture = await fixtureAfterResponses(4, { status: 500 });
    const [fifth = message, sixth = message] = fixture.createMessages(2);
    expect(await fixture.deliver(fifth)).toEqual(["failed"]);
    expect(await fixture.deliver(sixth)).toEqual(["rescheduled"]);
    expect(fixture.received).toHaveLength(1);
    expect(fixture.scheduled.at(-1)).toMatchObject({ message: { ...sixth, parked: 1 }, by: "queue", seconds: 30 });
    expect(await fixture.deliveryOf(sixth)).toBeNull();
  });

  it("does not delay messages of other endpoints", async () => {
    const fixture = await fixtureAfterResponses(5, { status: 500 });
    const other = { ...fixture.endpoint, endpoint_id: `wh_${"0".repeat(32)}` };
    await fixture.endpoints.create(other, anEvent());
    fixture.receiver.respond = respondWith({});
    expect(await fixture.deliver(...fixture.createMessages(2), ...fixture.createMessages(2, other))).toEqual([
      "rescheduled",
      "rescheduled",
      "succeeded",
      "succeeded",
    ]);
  });

  it("lets a manual delivery probe, and closes the circuit when the probe succeeds", async () => {
    const fixture = await fixtureAfterResponses(5, { status: 500 });
    fixture.receiver.respond = respondWith({});
    const [urgent = message, regular = message] = fixture.createMessages(2);
    expect(await fixture.deliver({ ...urgent, urgent: true }, regular)).toEqual(["succeeded", "rescheduled"]);
    expect(await fixture.deliver(...fixture.createMessages(3))).toEqual(["succeeded", "succeeded", "succeeded"]);
  });

  it("probes with one message after the open time, and closes the circuit when the probe succeeds", async () => {
    const fixture = await fixtureAfterResponses(5, { status: 500 });
    fixture.receiver.respond = respondWith({});
    await fixture.advance(30);
    expect(await fixture.deliver(...fixture.createMessages(1))).toEqual(["succeeded"]);
    expect((await fixture.health.get(message.endpoint_id)).open_until).toBeNull();
    expect(await fixture.deliver(...fixture.createMessages(5))).toEqual(Array(5).fill("succeeded"));
  });

  it("doubles the open time when the probe fails", async () => {
    const fixture = await fixtureAfterResponses(5, { status: 500 });
    await fixture.advance(30);
    expect(await fixture.deliver(...fixture.createMessages(1))).toEqual(["failed"]);
    fixture.scheduled.length = 0;
    expect(await fixture.deliver(...fixture.createMessages(1))).toEqual(["rescheduled"]);
    expect(fixture.scheduled).toMatchObject([{ by: "queue", seconds: 60 }]);
  });

  it("sends one of ten messages as the probe", async () => {
    const fixture = await fixtureAfterResponses(5, { status: 500 });
    await fixture.advance(30);
    expect(await fixture.deliver(...fixture.createMessages(10))).toEqual(["failed", ...Array(9).fill("rescheduled")]);
    expect(fixture.received).toHaveLength(1);
  });

  it("sends one message at a time while the circuit is half-open", async () => {
    const fixture = await fixtureAfterResponses(5, { status: 500 });
    await fixture.advance(30);
    let running = 0;
    let most = 0;
    fixture.receiver.respond = async () => {
      most = Math.max(most, ++running);
      await fixture.clock.sleep(1_000);
      running -= 1;
      return respondWith({})();
    };
    await Promise.all([fixture.deliver(...fixture.createMessages(5)), fixture.deliver(...fixture.createMessages(5))]);
    expect(most).toBe(1);
  });
});

describe("deliverBatch to an overloaded endpoint", () => {
  it.each([
    { status: 429, headers: {}, seconds: 10 },
    { status: 502, headers: {}, seconds: 10 },
    { status: 504, headers: {}, seconds: 10 },
    { status: 429, headers: { "retry-after": "120" }, seconds: 120 },
  ])("pauses the endpoint, then halves its concurrency limit: $status $headers", async ({ seconds, ...exchange }) => {
    const fixture = await fixtureAfterResponses(1, exchange);
    const [next = message] = fixture.createMessages(1);
    expect(await fixture.deliver(next)).toEqual(["rescheduled"]);
    expect(fixture.received).toEqual([]);
    expect(fixture.scheduled).toMatchObject([{ message: next, seconds: seconds + 1 }]);
    expect((await fixture.health.get(message.endpoint_id)).limit).toBe(5);
    fixture.receiver.respond = respondWith({});
    await fixture.advance(seconds);
    expect(await fixture.deliver(next)).toEqual(["succeeded"]);
  });

  it.each([400, 500, 503])("does not pause the endpoint after a %i", async (status) => {
    const fixture = await fixtureAfterResponses(1, { status });
    fixture.receiver.respond = respondWith({});
    expect(await fixture.deliver(...fixture.createMessages(3))).toEqual(Array(3).fill("succeeded"));
  });
});

describe("deliverBatch of several messages for one endpoint", () => {
  it.each([429, 500])("stops after a %i and reschedules the rest", async (status) => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = respondWith({ status });
    expect(await fixture.deliver(...fixture.createMessages(10))).toEqual([
      ...Array(5).fill("failed"),
      ...Array(5).fill("rescheduled"),
    ]);
    expect(fixture.received).toHaveLength(5);
  });

  it("stops when one of several concurrent requests fails", async () => {
    const fixture = await deliveryFixture();
    const messages = fixture.createMessages(30);
    const seventh = messages[6]?.delivery_id;
    fixture.receiver.respond = async ({ headers }) => {
      await fixture.clock.sleep(1_000);
      return aSendResult({ status: headers["webhook-id"] === seventh ? 500 : 200 });
    };
    const outcomes = await fixture.deliver(...messages);
    const count = (outcome: string) => outcomes.filter((each) => each === outcome).length;
    expect([count("failed"), count("succeeded") + count("rescheduled")]).toEqual([1, 29]);
    expect(fixture.received.length).toBeLessThanOrEqual(10 + 5);
    expect(fixture.received).toHaveLength(1 + count("succeeded"));
  });
});

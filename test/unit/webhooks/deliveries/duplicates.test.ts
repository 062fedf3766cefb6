import { describe, expect, it } from "vitest";
import { aDeliveryMessage, aSendResult, testNow } from "#test/support/builders.ts";
import { deliveryFixture, deliveryFixtureRespondingWith } from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();

describe("deliverBatch of a repeated message", () => {
  it("sends it once when both copies are in one batch", async () => {
    const fixture = await deliveryFixture();
    expect(await fixture.deliver(message, { ...message })).toEqual(["succeeded", "rescheduled"]);
    expect(fixture.received).toHaveLength(1);
    expect(fixture.scheduled).toMatchObject([{ message, by: "queue", seconds: 60 }]);
  });

  it("sends it once from concurrent batches, and drops the other copy after the claim has expired", async () => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = async () => {
      await fixture.clock.sleep(15_000);
      return aSendResult();
    };
    const outcomes = await Promise.all([fixture.deliver(message), fixture.deliver({ ...message })]);
    expect(outcomes.flat().toSorted()).toEqual(["rescheduled", "succeeded"]);
    expect(fixture.received).toHaveLength(1);
    const [again] = fixture.scheduled;
    expect(again).toMatchObject({ message, by: "queue", seconds: 60 });
    await fixture.advanceTo(again?.at ?? testNow);
    expect(await fixture.deliver(message)).toEqual(["dropped"]);
    expect(fixture.received).toHaveLength(1);
  });

  it("drops it after a success", async () => {
    const fixture = await deliveryFixture();
    await fixture.deliver(message);
    expect(await fixture.deliver(message)).toEqual(["dropped"]);
    expect([fixture.received.length, fixture.scheduled]).toEqual([1, []]);
    expect((await fixture.deliveryOf(message))?.attempts).toBe(1);
  });

  it("drops it after its attempt was made, also when the attempt failed", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(message);
    expect(await fixture.deliver(message)).toEqual(["dropped"]);
    expect([fixture.received.length, fixture.scheduled.length]).toEqual([1, 1]);
  });

  it("drops it after the delivery was given up", async () => {
    const fixture = await deliveryFixtureRespondingWith({
      status: 400,
      headers: { "webhook-delivery": "abort-message" },
    });
    await fixture.deliver(message);
    expect(await fixture.deliver(message, { ...message, step: 1 })).toEqual(["dropped", "dropped"]);
    expect(fixture.received).toHaveLength(1);
  });
});

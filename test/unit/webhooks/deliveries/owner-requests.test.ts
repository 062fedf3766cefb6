import { describe, expect, it } from "vitest";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import { initialConcurrencyLimit } from "#shared/webhooks/limits/endpoint-health.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { aDeliveryMessage, testNow } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/webhooks/delivery-builders.ts";
import {
  changeEndpoint,
  deliveryFixture,
  deliveryFixtureRespondingWith,
  respondWith,
} from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();
const at = testNow.toISOString();
const aTest = aDeliveryMessage({ event: null, urgent: true });

/** Creates the message of a retry by the owner, `seconds` after the first attempt. */
const retryOf = (first: DeliveryMessage, seconds: number): DeliveryMessage => {
  const started_at = secondsLater(seconds).toISOString();
  return { ...first, cycle: Date.parse(started_at), started_at, step: 0, urgent: true, resend: true };
};

describe("deliverBatch of a test delivery", () => {
  it("sends a sample event of its type", async () => {
    const fixture = await deliveryFixture();
    expect(await fixture.deliver({ ...aTest, event_type: "bill.paid" })).toEqual(["succeeded"]);
    expect(JSON.parse(fixture.received[0]?.body ?? "")).toMatchObject({
      event_type: "bill.paid",
      delivery_id: aTest.delivery_id,
      org_id: aTest.org_id,
      test: true,
    });
  });

  it("marks the body of a test, and not the body of an event", async () => {
    const fixture = await deliveryFixture();
    await fixture.deliver(aTest, ...fixture.createMessages(1));
    expect(fixture.received.map(({ body }) => Object.hasOwn(JSON.parse(body), "test")).sort()).toEqual([false, true]);
  });

  it.each<[string, Partial<SendResult>]>([
    ["test_failed", { status: 500 }],
    ["test_failed", { status: 429, headers: { "retry-after": "5" } }],
    ["test_failed", { status: null, error: "timeout" }],
    ["endpoint_gone", { status: 410 }],
  ])("does not retry it: %s for %j", async (reason, exchange) => {
    const fixture = await deliveryFixtureRespondingWith(exchange);
    expect(await fixture.deliver(aTest)).toEqual(["given_up"]);
    expect(fixture.scheduled).toEqual([]);
    expect(await fixture.deliveryOf(aTest)).toMatchObject({ status: "failed", reason, attempts: 1 });
  });

  it("sends it to a disabled endpoint, which stays disabled", async () => {
    const disabled = { reason: "owner" as const, at };
    const fixture = await deliveryFixture({ disabled });
    expect(await fixture.deliver(aTest)).toEqual(["succeeded"]);
    fixture.receiver.respond = respondWith({ status: 410 });
    expect(await fixture.deliver({ ...aTest, delivery_id: `${aTest.delivery_id.slice(0, -1)}0` })).toEqual([
      "given_up",
    ]);
    expect((await fixture.storedEndpoint())?.disabled).toEqual(disabled);
    expect(fixture.endpointEvents).toEqual([]);
  });

  it("does not count its failure against the endpoint", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 429 });
    await fixture.deliver(aTest);
    expect(await fixture.health.get(aTest.endpoint_id)).toMatchObject({
      failures: 0,
      limit: initialConcurrencyLimit,
      open_until: null,
    });
  });

  it("releases its permit when it fails, also while the circuit is open", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(...fixture.createMessages(5));
    const another = { ...aTest, delivery_id: `${aTest.delivery_id.slice(0, -1)}0` };
    expect([await fixture.deliver(aTest), await fixture.deliver(another)]).toEqual([["given_up"], ["given_up"]]);
  });
});

describe("deliverBatch of a retry by the owner", () => {
  it("sends a succeeded delivery again", async () => {
    const fixture = await deliveryFixture();
    await fixture.deliver(message);
    await fixture.advance(9);
    expect(await fixture.deliver(retryOf(message, 9))).toEqual(["succeeded"]);
    const [first, second] = fixture.received;
    expect([second?.body, second?.headers["webhook-id"]]).toEqual([first?.body, first?.headers["webhook-id"]]);
    expect(await fixture.deliveryOf(message)).toMatchObject({ status: "succeeded", attempts: 2 });
    expect(await fixture.attemptsOf(message)).toHaveLength(2);
  });

  it.each([200, 500])("cancels the scheduled attempts when the response is %i", async (status) => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(message);
    fixture.receiver.respond = respondWith({ status });
    await fixture.advance(2);
    const retry = retryOf(message, 2);
    await fixture.deliver(retry);
    await fixture.advance(3);
    expect(await fixture.deliver({ ...message, step: 1 })).toEqual(["dropped"]);
    expect(fixture.received).toHaveLength(2);
    expect(fixture.scheduled.slice(1)).toMatchObject(
      status === 200 ? [] : [{ message: { ...retry, step: 1, urgent: false }, seconds: 5 }],
    );
  });

  it("starts a new retry window", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(message);
    await fixture.advance(80 * 3_600);
    expect(await fixture.deliver(retryOf(message, 80 * 3_600))).toEqual(["failed"]);
    expect(fixture.scheduled.at(-1)?.seconds).toBe(5);
  });

  it("replaces the status of a failed delivery", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 410 });
    await fixture.deliver(message);
    await changeEndpoint(fixture, { disabled: null });
    fixture.receiver.respond = respondWith({});
    await fixture.advance(9);
    await fixture.deliver(retryOf(message, 9));
    expect(await fixture.deliveryOf(message)).toMatchObject({ status: "succeeded", reason: null, attempts: 2 });
  });

  it("reschedules it while another worker holds the claim", async () => {
    const fixture = await deliveryFixture();
    await fixture.deliveries.claim(message, testNow, 60);
    await fixture.advance(2);
    const retry = retryOf(message, 2);
    expect(await fixture.deliver(retry)).toEqual(["rescheduled"]);
    expect(fixture.scheduled).toMatchObject([{ message: retry, by: "queue", seconds: 58 }]);
    expect(fixture.received).toEqual([]);
  });
});

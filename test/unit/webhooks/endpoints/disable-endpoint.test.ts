import { describe, expect, it, vi } from "vitest";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { endpointDisabledEvent } from "#shared/webhooks/endpoints/endpoint-change-events.ts";
import { disableAfterMs } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { aDeliveryMessage, anEndpoint, anEvent, aSendResult, testNow } from "#test/support/builders.ts";
import {
  changeEndpoint,
  type DeliveryFixture,
  deliveryFixture,
  deliveryFixtureRespondingWith,
  respondWith,
} from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();
const at = testNow.toISOString();

describe("deliverBatch to an endpoint that fails", () => {
  it("keeps the endpoint enabled when it had a success within three days", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    const [first = message, second = message, third = message] = fixture.createMessages(3);
    await fixture.deliver(first);
    await fixture.advance(3_600);
    fixture.receiver.respond = respondWith({});
    await fixture.deliver(second);
    fixture.receiver.respond = respondWith({ status: 500 });
    await fixture.advance(disableAfterMs / 1_000 - 3_600);
    await fixture.deliver(third);
    expect((await fixture.storedEndpoint())?.disabled).toBeNull();
  });

  it("disables the endpoint for how long it fails, not for how many concurrent requests fail", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(...fixture.createMessages(10));
    expect((await fixture.storedEndpoint())?.disabled).toBeNull();
  });
});

describe("deliverBatch to an endpoint that is gone", () => {
  it.each<Partial<SendResult>>([{ status: 410 }, { status: 500, headers: { "webhook-delivery": "disable" } }])(
    "disables the endpoint immediately, with an event that contains no path of the URL: %j",
    async (exchange) => {
      const fixture = await deliveryFixtureRespondingWith(exchange, { url: "https://hooks.example.com/in?key=hidden" });
      expect(await fixture.deliver(message)).toEqual(["given_up"]);
      expect(fixture.scheduled).toEqual([]);
      expect(await fixture.deliveryOf(message)).toMatchObject({
        status: "failed",
        reason: "endpoint_gone",
        attempts: 1,
      });
      expect(fixture.disabled).toMatchObject([{ reason: "gone" }]);
      expect(await fixture.storedEndpoint()).toMatchObject({
        disabled: { reason: "gone", at },
        updated_at: at,
        version: 2,
      });
      expect(fixture.endpointEvents).toMatchObject([
        {
          action: "WEBHOOK_ENDPOINT_DISABLED",
          entity_id: anEndpoint().endpoint_id,
          occurred_at: at,
          metadata: JSON.stringify({ source: "WEBHOOKS", reason: "gone", url: "https://hooks.example.com" }),
        },
      ]);
    },
  );

  it("disables the endpoint when a successful response requests it, and counts a success", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 204, headers: { "webhook-delivery": "disable" } });
    expect(await fixture.deliver(message)).toEqual(["succeeded"]);
    expect(await fixture.deliveryOf(message)).toMatchObject({ status: "succeeded", reason: null, last_status: 204 });
    expect(fixture.disabled).toMatchObject([{ reason: "gone" }]);
    expect(await fixture.storedEndpoint()).toMatchObject({ disabled: { reason: "gone", at } });
    expect(fixture.endpointEvents).toMatchObject([{ action: "WEBHOOK_ENDPOINT_DISABLED" }]);
    expect(await fixture.health.get(message.endpoint_id)).toMatchObject({ failures: 0, failing_since: null });
  });

  it("sends no further message of the batch when a successful response requests to disable the endpoint", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 200, headers: { "webhook-delivery": "disable" } });
    const messages = fixture.createMessages(15);
    const outcomes = await fixture.deliver(...messages);
    const sent = fixture.received.length;
    expect(sent).toBeLessThan(messages.length);
    expect(outcomes.filter((outcome) => outcome === "succeeded")).toHaveLength(sent);
    const unsent = messages.filter((_, at) => outcomes[at] !== "succeeded");
    expect(await fixture.deliver(...unsent)).toEqual(unsent.map(() => "given_up"));
    expect(fixture.received).toHaveLength(sent);
  });

  it("does not disable the endpoint for the response to a test delivery", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 200, headers: { "webhook-delivery": "disable" } });
    expect(await fixture.deliver({ ...message, event: null, urgent: true })).toEqual(["succeeded"]);
    expect((await fixture.storedEndpoint())?.disabled).toBeNull();
  });

  it("disables the endpoint once when several concurrent responses request it", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 410 });
    const [first, second, third, fourth] = fixture.createMessages(4);
    if (!first || !second || !third || !fourth) throw new Error("There are too few messages.");
    await Promise.all([fixture.deliver(first, second), fixture.deliver(third, fourth)]);
    expect(fixture.received).toHaveLength(4);
    expect(fixture.endpointEvents).toHaveLength(1);
    expect(fixture.disabled).toHaveLength(1);
  });

  it.each<[string, Partial<Endpoint>, Endpoint["disabled"]]>([
    ["got another URL", { url: "https://moved.example.com/" }, null],
    ["was disabled by its owner", { disabled: { reason: "owner", at } }, { reason: "owner", at }],
  ])("keeps the endpoint unchanged when it %s meanwhile", async (_, over, disabled) => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = async () => {
      await changeEndpoint(fixture, over);
      return aSendResult({ status: 410 });
    };
    await fixture.deliver(message);
    fixture.endpointEvents.shift();
    expect((await fixture.storedEndpoint())?.disabled).toEqual(disabled);
    expect([fixture.endpointEvents, fixture.disabled]).toEqual([[], []]);
  });

  it("creates no endpoint when it was deleted meanwhile", async () => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = async () => {
      await fixture.endpoints.remove(fixture.endpoint, anEvent());
      return aSendResult({ status: 410 });
    };
    expect(await fixture.deliver(message)).toEqual(["given_up"]);
    expect([await fixture.storedEndpoint(), fixture.disabled]).toEqual([null, []]);
  });

  it("disables the endpoint also when another setting changes at the same time", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 410 });
    const { get } = fixture.endpoints;
    let reads = 0;
    vi.spyOn(fixture.endpoints, "get").mockImplementation(async (orgId, endpointId) => {
      const found = await get(orgId, endpointId);
      // The second read is that of `disableEndpoint`: change the endpoint between the read and the write.
      if (++reads === 2 && found !== null) {
        await fixture.endpoints.update(
          found,
          { ...found, description: "New" },
          endpointDisabledEvent(found, "gone", at),
        );
      }
      return found;
    });
    await fixture.deliver(message);
    expect(await get(message.org_id, message.endpoint_id)).toMatchObject({
      description: "New",
      disabled: { reason: "gone" },
    });
  });
});

describe("deliverBatch to a disabled or deleted endpoint", () => {
  it.each([
    ["endpoint_disabled", (fixture: DeliveryFixture) => changeEndpoint(fixture, { disabled: { reason: "owner", at } })],
    ["endpoint_deleted", (fixture: DeliveryFixture) => fixture.endpoints.remove(fixture.endpoint, anEvent())],
  ] as const)("fails the deliveries with the reason %s, without an attempt", async (reason, arrange) => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(message);
    await arrange(fixture);
    await fixture.advance(5);
    const [fresh = message] = fixture.createMessages(1);
    const second = { ...message, step: 1 };
    expect(await fixture.deliver(second, fresh)).toEqual(["given_up", "given_up"]);
    expect(fixture.received).toHaveLength(1);
    expect(await fixture.deliveryOf(second)).toMatchObject({ status: "failed", reason, attempts: 1, last_status: 500 });
    expect(await fixture.attemptsOf(second)).toHaveLength(1);
    expect(await fixture.deliveryOf(fresh)).toMatchObject({
      status: "failed",
      reason,
      attempts: 0,
      last_attempt_at: null,
    });
  });

  it("does not change the health of the endpoint", async () => {
    const fixture = await deliveryFixture({ disabled: { reason: "failing", at } });
    await fixture.deliver(message);
    expect(await fixture.health.get(message.endpoint_id)).toMatchObject({ failures: 0, leases: [] });
  });

  it("does not change a delivery that has succeeded", async () => {
    const fixture = await deliveryFixture();
    await fixture.deliver(message);
    await changeEndpoint(fixture, { disabled: { reason: "owner", at } });
    expect(await fixture.deliver(message)).toEqual(["dropped"]);
    expect((await fixture.deliveryOf(message))?.status).toBe("succeeded");
  });
});

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

describe("an endpoint that fails", () => {
  it("keeps its place as long as one success lies within three days", async () => {
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

  it("is disabled by what goes to it, not by how many fail at once", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(...fixture.createMessages(10));
    expect((await fixture.storedEndpoint())?.disabled).toBeNull();
  });
});

describe("an endpoint that is gone", () => {
  it.each<Partial<SendResult>>([{ status: 410 }, { status: 500, headers: { "webhook-delivery": "disable" } }])(
    "is disabled at once, and its event tells no path: %j",
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

  it("is disabled by a success that asks for it, which counts as a success", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 204, headers: { "webhook-delivery": "disable" } });
    expect(await fixture.deliver(message)).toEqual(["succeeded"]);
    expect(await fixture.deliveryOf(message)).toMatchObject({ status: "succeeded", reason: null, last_status: 204 });
    expect(fixture.disabled).toMatchObject([{ reason: "gone" }]);
    expect(await fixture.storedEndpoint()).toMatchObject({ disabled: { reason: "gone", at } });
    expect(fixture.endpointEvents).toMatchObject([{ action: "WEBHOOK_ENDPOINT_DISABLED" }]);
    expect(await fixture.health.get(message.endpoint_id)).toMatchObject({ failures: 0, failing_since: null });
  });

  it("is sent nothing more of a batch once a success asks for it", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 200, headers: { "webhook-delivery": "disable" } });
    const messages = fixture.createMessages(15);
    const outcomes = await fixture.deliver(...messages);
    const sent = fixture.received.length;
    expect(sent).toBeLessThan(messages.length);
    expect(outcomes.filter((outcome) => outcome === "succeeded")).toHaveLength(sent);
    const waiting = messages.filter((_, at) => outcomes[at] !== "succeeded");
    expect(await fixture.deliver(...waiting)).toEqual(waiting.map(() => "given_up"));
    expect(fixture.received).toHaveLength(sent);
  });

  it("is not disabled by what answers a test", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 200, headers: { "webhook-delivery": "disable" } });
    expect(await fixture.deliver({ ...message, event: null, urgent: true })).toEqual(["succeeded"]);
    expect((await fixture.storedEndpoint())?.disabled).toBeNull();
  });

  it("is disabled once, however many say so at the same time", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 410 });
    const [first, second, third, fourth] = fixture.createMessages(4);
    if (!first || !second || !third || !fourth) throw new Error("There are too few messages.");
    await Promise.all([fixture.deliver(first, second), fixture.deliver(third, fourth)]);
    expect(fixture.received).toHaveLength(4);
    expect(fixture.endpointEvents).toHaveLength(1);
    expect(fixture.disabled).toHaveLength(1);
  });

  it.each<[string, Partial<Endpoint>, Endpoint["disabled"]]>([
    ["was given another address", { url: "https://moved.example.com/" }, null],
    ["was disabled by its owner", { disabled: { reason: "owner", at } }, { reason: "owner", at }],
  ])("is left as it is where it %s meanwhile", async (_, over, disabled) => {
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

  it("is left alone where it was deleted meanwhile", async () => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = async () => {
      await fixture.endpoints.remove(fixture.endpoint, anEvent());
      return aSendResult({ status: 410 });
    };
    expect(await fixture.deliver(message)).toEqual(["given_up"]);
    expect([await fixture.storedEndpoint(), fixture.disabled]).toEqual([null, []]);
  });

  it("is disabled also where something else of it changed at the same moment", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 410 });
    const { get } = fixture.endpoints;
    let reads = 0;
    vi.spyOn(fixture.endpoints, "get").mockImplementation(async (orgId, endpointId) => {
      const found = await get(orgId, endpointId);
      // The second read is that of the disabling; another change comes between it and its write.
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

describe("what cannot be sent", () => {
  it.each([
    ["endpoint_disabled", (fixture: DeliveryFixture) => changeEndpoint(fixture, { disabled: { reason: "owner", at } })],
    ["endpoint_deleted", (fixture: DeliveryFixture) => fixture.endpoints.remove(fixture.endpoint, anEvent())],
  ] as const)("is listed with its reason, and counts no attempt: %s", async (reason, happens) => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(message);
    await happens(fixture);
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

  it("is not reported by the health of its endpoint", async () => {
    const fixture = await deliveryFixture({ disabled: { reason: "failing", at } });
    await fixture.deliver(message);
    expect(await fixture.health.get(message.endpoint_id)).toMatchObject({ failures: 0, leases: [] });
  });

  it("leaves a delivery that succeeded as it is", async () => {
    const fixture = await deliveryFixture();
    await fixture.deliver(message);
    await changeEndpoint(fixture, { disabled: { reason: "owner", at } });
    expect(await fixture.deliver(message)).toEqual(["dropped"]);
    expect((await fixture.deliveryOf(message))?.status).toBe("succeeded");
  });
});

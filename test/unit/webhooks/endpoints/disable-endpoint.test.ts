import { describe, expect, it, vi } from "vitest";
import type { Exchange } from "#shared/webhooks/deliveries/attempt.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { disabledEvent } from "#shared/webhooks/endpoints/endpoint-change-events.ts";
import { failingForMs } from "#shared/webhooks/limits/circuit-breaker.ts";
import { aDeliveryMessage, anEndpoint, anEvent, anExchange, testNow } from "#test/support/builders.ts";
import { aDeliveryWorld, answering } from "#test/support/delivery-ports.ts";
import { change, type World, whereAnswers } from "#test/support/mutable-events.ts";

const message = aDeliveryMessage();
const at = testNow.toISOString();

describe("an endpoint that fails", () => {
  it("keeps its place as long as one success lies within three days", async () => {
    const world = await whereAnswers({ status: 500 });
    const [first = message, second = message, third = message] = world.messages(3);
    await world.deliver(first);
    await world.later(3_600);
    world.receiver.answer = answering({});
    await world.deliver(second);
    world.receiver.answer = answering({ status: 500 });
    await world.later(failingForMs / 1_000 - 3_600);
    await world.deliver(third);
    expect((await world.standing())?.disabled).toBeNull();
  });

  it("is disabled by what goes to it, not by how many fail at once", async () => {
    const world = await whereAnswers({ status: 500 });
    await world.deliver(...world.messages(10));
    expect((await world.standing())?.disabled).toBeNull();
  });
});

describe("an endpoint that is gone", () => {
  it.each<Partial<Exchange>>([{ status: 410 }, { status: 500, headers: { "webhook-delivery": "disable" } }])(
    "is disabled at once, and its event tells no path: %j",
    async (exchange) => {
      const world = await whereAnswers(exchange, { url: "https://hooks.example.com/in?key=hidden" });
      expect(await world.deliver(message)).toEqual(["given_up"]);
      expect(world.scheduled).toEqual([]);
      expect(await world.deliveryOf(message)).toMatchObject({ status: "failed", reason: "endpoint_gone", attempts: 1 });
      expect(world.disabled).toMatchObject([{ reason: "gone" }]);
      expect(await world.standing()).toMatchObject({ disabled: { reason: "gone", at }, updated_at: at, version: 2 });
      expect(world.told).toMatchObject([
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
    const world = await whereAnswers({ status: 204, headers: { "webhook-delivery": "disable" } });
    expect(await world.deliver(message)).toEqual(["succeeded"]);
    expect(await world.deliveryOf(message)).toMatchObject({ status: "succeeded", reason: null, last_status: 204 });
    expect(world.disabled).toMatchObject([{ reason: "gone" }]);
    expect(await world.standing()).toMatchObject({ disabled: { reason: "gone", at } });
    expect(world.told).toMatchObject([{ action: "WEBHOOK_ENDPOINT_DISABLED" }]);
    expect(await world.health.read(message.endpoint_id)).toMatchObject({ failures: 0, failing_since: null });
  });

  it("is sent nothing more of a batch once a success asks for it", async () => {
    const world = await whereAnswers({ status: 200, headers: { "webhook-delivery": "disable" } });
    const messages = world.messages(15);
    const outcomes = await world.deliver(...messages);
    const sent = world.received.length;
    expect(sent).toBeLessThan(messages.length);
    expect(outcomes.filter((outcome) => outcome === "succeeded")).toHaveLength(sent);
    const waiting = messages.filter((_, at) => outcomes[at] !== "succeeded");
    expect(await world.deliver(...waiting)).toEqual(waiting.map(() => "given_up"));
    expect(world.received).toHaveLength(sent);
  });

  it("is not disabled by what answers a test", async () => {
    const world = await whereAnswers({ status: 200, headers: { "webhook-delivery": "disable" } });
    expect(await world.deliver({ ...message, event: null, urgent: true })).toEqual(["succeeded"]);
    expect((await world.standing())?.disabled).toBeNull();
  });

  it("is disabled once, however many say so at the same time", async () => {
    const world = await whereAnswers({ status: 410 });
    const [first, second, third, fourth] = world.messages(4);
    if (!first || !second || !third || !fourth) throw new Error("There are too few messages.");
    await Promise.all([world.deliver(first, second), world.deliver(third, fourth)]);
    expect(world.received).toHaveLength(4);
    expect(world.told).toHaveLength(1);
    expect(world.disabled).toHaveLength(1);
  });

  it.each<[string, Partial<Endpoint>, Endpoint["disabled"]]>([
    ["was given another address", { url: "https://moved.example.com/" }, null],
    ["was disabled by its owner", { disabled: { reason: "owner", at } }, { reason: "owner", at }],
  ])("is left as it is where it %s meanwhile", async (_, over, disabled) => {
    const world = await aDeliveryWorld();
    world.receiver.answer = async () => {
      await change(world, over);
      return anExchange({ status: 410 });
    };
    await world.deliver(message);
    world.told.shift();
    expect((await world.standing())?.disabled).toEqual(disabled);
    expect([world.told, world.disabled]).toEqual([[], []]);
  });

  it("is left alone where it was deleted meanwhile", async () => {
    const world = await aDeliveryWorld();
    world.receiver.answer = async () => {
      await world.endpoints.remove(world.endpoint, anEvent());
      return anExchange({ status: 410 });
    };
    expect(await world.deliver(message)).toEqual(["given_up"]);
    expect([await world.standing(), world.disabled]).toEqual([null, []]);
  });

  it("is disabled also where something else of it changed at the same moment", async () => {
    const world = await whereAnswers({ status: 410 });
    const { get } = world.endpoints;
    let reads = 0;
    vi.spyOn(world.endpoints, "get").mockImplementation(async (orgId, endpointId) => {
      const found = await get(orgId, endpointId);
      // The second read is that of the disabling; another change comes between it and its write.
      if (++reads === 2 && found !== null) {
        await world.endpoints.update(found, { ...found, description: "New" }, disabledEvent(found, "gone", at));
      }
      return found;
    });
    await world.deliver(message);
    expect(await get(message.org_id, message.endpoint_id)).toMatchObject({
      description: "New",
      disabled: { reason: "gone" },
    });
  });
});

describe("what cannot be sent", () => {
  it.each([
    ["endpoint_disabled", (world: World) => change(world, { disabled: { reason: "owner", at } })],
    ["endpoint_deleted", (world: World) => world.endpoints.remove(world.endpoint, anEvent())],
  ] as const)("is listed with its reason, and counts no attempt: %s", async (reason, happens) => {
    const world = await whereAnswers({ status: 500 });
    await world.deliver(message);
    await happens(world);
    await world.later(5);
    const [fresh = message] = world.messages(1);
    const second = { ...message, step: 1 };
    expect(await world.deliver(second, fresh)).toEqual(["given_up", "given_up"]);
    expect(world.received).toHaveLength(1);
    expect(await world.deliveryOf(second)).toMatchObject({ status: "failed", reason, attempts: 1, last_status: 500 });
    expect(await world.attemptsOf(second)).toHaveLength(1);
    expect(await world.deliveryOf(fresh)).toMatchObject({
      status: "failed",
      reason,
      attempts: 0,
      last_attempt_at: null,
    });
  });

  it("is not told of by the health of its endpoint", async () => {
    const world = await aDeliveryWorld({ disabled: { reason: "failing", at } });
    await world.deliver(message);
    expect(await world.health.read(message.endpoint_id)).toMatchObject({ failures: 0, leases: [] });
  });

  it("leaves a delivery that succeeded as it is", async () => {
    const world = await aDeliveryWorld();
    await world.deliver(message);
    await change(world, { disabled: { reason: "owner", at } });
    expect(await world.deliver(message)).toEqual(["dropped"]);
    expect((await world.deliveryOf(message))?.status).toBe("succeeded");
  });
});

import { describe, expect, it, vi } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { deliver } from "#shared/webhooks/deliveries/deliver-batch.ts";
import { aDeliveryMessage, anEndpoint, anEvent } from "#test/support/builders.ts";
import { aDeliveryWorld, answering } from "#test/support/delivery-ports.ts";
import { type World, whereAnswers } from "#test/support/mutable-events.ts";
import { refusalOf } from "#test/support/refusal.ts";

const message = aDeliveryMessage();

describe("a crash", () => {
  it("after the send makes the attempt again, with the same id and bytes", async () => {
    const world = await aDeliveryWorld();
    vi.spyOn(world.deliveries, "record").mockRejectedValueOnce(new Error("killed"));
    expect(await world.deliver(message)).toEqual(["rejected"]);
    expect(await world.deliveryOf(message)).toMatchObject({ status: "pending", last_attempt_at: null });
    expect(await world.attemptsOf(message)).toEqual([]);
    await world.later(59);
    expect(await world.deliver(message)).toEqual(["parked"]);
    await world.later(1);
    expect(await world.deliver(message)).toEqual(["succeeded"]);
    const [first, second, ...others] = world.received;
    expect(others).toEqual([]);
    expect([second?.body, second?.headers["webhook-id"]]).toEqual([first?.body, first?.headers["webhook-id"]]);
    expect((await world.attemptsOf(message)).map(({ number }) => number)).toEqual([2]);
  });

  it("between scheduling and recording leaves a message too many, which is dropped", async () => {
    const world = await whereAnswers({ status: 500 });
    vi.spyOn(world.deliveries, "record").mockRejectedValueOnce(new Error("killed"));
    expect(await world.deliver(message)).toEqual(["rejected"]);
    await world.later(60);
    expect(await world.deliver(message)).toEqual(["failed"]);
    const [early, late] = world.scheduled;
    expect([early?.message, late?.message]).toEqual([
      { ...message, step: 1 },
      { ...message, step: 1 },
    ]);
    world.receiver.answer = answering({});
    await world.later(5);
    expect(await world.deliver({ ...message, step: 1 })).toEqual(["succeeded"]);
    expect(await world.deliver({ ...message, step: 1 })).toEqual(["dropped"]);
    expect(world.received).toHaveLength(3);
  });

  it("does not stand in the way of the attempt that was scheduled before it", async () => {
    const world = await whereAnswers({ status: 500 });
    vi.spyOn(world.deliveries, "record").mockRejectedValueOnce(new Error("killed"));
    await world.deliver(message);
    await world.later(5);
    expect(await world.deliver({ ...message, step: 1 })).toEqual(["parked"]);
    await world.later(55);
    expect(await world.deliver({ ...message, step: 1 })).toEqual(["failed"]);
    expect(await world.deliver(message)).toEqual(["dropped"]);
    expect(world.scheduled.at(-1)).toMatchObject({ message: { step: 2 }, seconds: 300 });
  });
});

describe("trouble of the system", () => {
  it("is an attempt that cannot be scheduled: it is not recorded, and its message must come again", async () => {
    const world = await whereAnswers({ status: 500 });
    const send = vi.spyOn(world.world.queue, "send").mockImplementation(async (messages) => messages);
    const { results } = await deliver(world.world, [message]);
    send.mockRestore();
    const [result] = results;
    if (result?.status !== "rejected") throw new Error("The message was dealt with.");
    expect((await refusalOf(Promise.reject(result.reason))).code).toBe("unavailable");
    expect(await world.deliveryOf(message)).toMatchObject({ status: "pending", step: 0, last_attempt_at: null });
    expect(await world.attemptsOf(message)).toEqual([]);
    await world.later(60);
    expect(await world.deliver(message)).toEqual(["failed"]);
    expect(world.scheduled).toMatchObject([{ message: { step: 1 }, seconds: 5 }]);
  });

  it.each<[string, (world: World) => unknown]>([
    ["a log that is away", ({ world }) => vi.spyOn(world.events, "get").mockRejectedValueOnce(new Error("away"))],
    ["a secret that cannot be read", ({ world }) => vi.spyOn(world.box, "open").mockRejectedValueOnce(new Error("no"))],
    [
      "an endpoint that cannot be read",
      ({ endpoints }) => vi.spyOn(endpoints, "get").mockRejectedValueOnce(new Error("no")),
    ],
    ["a claim that fails", ({ deliveries }) => vi.spyOn(deliveries, "claim").mockRejectedValueOnce(new Error("no"))],
    ["slots that cannot be leased", ({ health }) => vi.spyOn(health, "lease").mockRejectedValueOnce(new Error("no"))],
  ])("is %s: nothing is sent, and the message must come again", async (_, happens) => {
    const world = await aDeliveryWorld();
    happens(world);
    expect(await world.deliver(message)).toEqual(["rejected"]);
    expect([world.received, world.scheduled]).toEqual([[], []]);
    expect((await world.deliveryOf(message))?.status ?? "unlisted").not.toBe("failed");
  });

  it("is its own message's, and of those beside it nobody's", async () => {
    const world = await aDeliveryWorld();
    const other = anEndpoint({ endpoint_id: `wh_${"0".repeat(32)}`, url: "https://other.example.com/" });
    await world.endpoints.create(other, anEvent());
    const [first = message, lost = message, third = message] = world.messages(3);
    const [foreign = message] = world.messages(1, other);
    vi.spyOn(world.world.events, "get").mockImplementation(async (_, { event_id }) => {
      if (event_id === lost.event?.event_id) throw new Error("away");
      return anEvent({ event_id });
    });
    const outcomes = await world.deliver(first, lost, foreign, third);
    expect(outcomes).toEqual(["succeeded", "rejected", "succeeded", "succeeded"]);
  });

  it.each([
    ["slots cannot be given back", "end", {}, "succeeded"],
    ["what was learned cannot be written", "write", { status: 500 }, "failed"],
  ] as const)("does not undo what was sent where %s", async (_, verb, exchange, outcome) => {
    const world = await whereAnswers(exchange);
    const broken = vi.spyOn(world.health, verb).mockRejectedValueOnce(new Error("away"));
    expect(await world.deliver(message)).toEqual([outcome]);
    expect(broken).toHaveBeenCalledOnce();
    expect(world.received).toHaveLength(1);
  });
});

describe("a fault that passes", () => {
  const busy = () => new ActivityError("unavailable", "The store is busy or away.");

  it.each<[string, (world: World) => { mockRejectedValue(reason: unknown): unknown; mockRestore(): unknown }]>([
    ["the endpoints", ({ endpoints }) => vi.spyOn(endpoints, "get")],
    ["the secrets", ({ world }) => vi.spyOn(world.box, "open")],
    ["the slots", ({ health }) => vi.spyOn(health, "lease")],
    ["the permits", ({ world }) => vi.spyOn(world.permits, "take")],
    ["the claims", ({ deliveries }) => vi.spyOn(deliveries, "claim")],
    ["the log", ({ world }) => vi.spyOn(world.events, "get")],
  ])("of %s defers the message however often it comes, at growing distances", async (_, portOf) => {
    const world = await aDeliveryWorld();
    const port = portOf(world);
    port.mockRejectedValue(busy());
    for (let n = 0; n < 20; n++) {
      expect(await world.deliver(message)).toEqual(["deferred"]);
      await world.later(world.scheduled.at(-1)?.seconds ?? 0);
    }
    const waits = world.scheduled.map(({ seconds }) => seconds);
    expect(waits).toEqual(waits.toSorted((left, right) => left - right));
    expect([world.received, Math.max(...waits) <= 300]).toEqual([[], true]);
    port.mockRestore();
    await world.later(60);
    expect(await world.deliver(message)).toEqual(["succeeded"]);
  });

  it("of the record after a send sends it again, under the same id", async () => {
    const world = await aDeliveryWorld();
    vi.spyOn(world.deliveries, "record").mockRejectedValueOnce(busy());
    expect(await world.deliver(message)).toEqual(["deferred"]);
    await world.later(60);
    expect(await world.deliver(message)).toEqual(["succeeded"]);
    expect(new Set(world.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });
});

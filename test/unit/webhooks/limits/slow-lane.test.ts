import { describe, expect, it, vi } from "vitest";
import { deliver } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import { initialHealth, initialLimit, leaseMs } from "#shared/webhooks/limits/circuit-breaker.ts";
import { anEndpoint, anEvent, anExchange, testNow } from "#test/support/builders.ts";
import { aDeliveryWorld, answering } from "#test/support/delivery-ports.ts";

const begun = testNow.getTime();

/** A world on the fast lane, whose endpoint has a latency, and what was moved to the slow lane. */
async function onFastLane(latencyMs: number | null) {
  const delivering = await aDeliveryWorld();
  const { world, endpoint, clock, health } = delivering;
  if (latencyMs !== null) {
    await health.write(endpoint.endpoint_id, initialHealth, { ...initialHealth, latency_ms: latencyMs });
  }
  const moved: DeliveryMessage[] = [];
  const slowLane = {
    send: async (messages: readonly DeliveryMessage[]) => {
      moved.push(...messages);
      return [] as DeliveryMessage[];
    },
  };
  const fast = { ...world, slowLane };
  const run = async (messages: readonly DeliveryMessage[]) => {
    const done = deliver(fast, messages);
    await clock.run();
    const { results } = await done;
    return results.map((result) => (result.status === "fulfilled" ? result.value : "rejected"));
  };
  return { ...delivering, fast, slowLane, moved, run };
}

describe("on the fast lane, a message of an endpoint", () => {
  it.each([
    ["that nothing was sent to yet", null, "moved"],
    ["that takes a second", 1_000, "succeeded"],
    ["that takes longer", 1_001, "moved"],
    ["that takes twelve seconds", 12_000, "moved"],
  ] as const)("%s is %s after %s ms", async (_, latencyMs, outcome) => {
    const world = await onFastLane(latencyMs);
    const messages = world.messages(3);
    expect(await world.run(messages)).toEqual(Array(3).fill(outcome));
    expect(world.moved).toEqual(outcome === "moved" ? messages : []);
    expect(world.received).toHaveLength(outcome === "moved" ? 0 : 3);
  });

  it("is moved before its delivery is claimed, so that whoever meets it on the slow lane may claim it", async () => {
    const world = await onFastLane(12_000);
    const [message] = world.messages(1);
    if (message === undefined) throw new Error("There is no message.");
    await world.run([message]);
    expect(await world.deliveryOf(message)).toBeNull();
    expect(await world.deliver(message)).toEqual(["succeeded"]);
  });

  it("is moved for thirty seconds without a question to the database, once one was found slow", async () => {
    const world = await onFastLane(12_000);
    await world.run(world.messages(1));
    const [lease, get] = [vi.spyOn(world.health, "lease"), vi.spyOn(world.endpoints, "get")];
    expect(await world.run(world.messages(10))).toEqual(Array(10).fill("moved"));
    expect([lease, get].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    await world.later(30);
    await world.run(world.messages(1));
    expect(lease).toHaveBeenCalledTimes(1);
  });

  it("is moved for half a second only where its endpoint had no send yet", async () => {
    const world = await onFastLane(null);
    await world.run(world.messages(1));
    const lease = vi.spyOn(world.health, "lease");
    expect(await world.run(world.messages(10))).toEqual(Array(10).fill("moved"));
    expect(lease).not.toHaveBeenCalled();
    await world.deliver(...world.messages(1));
    await world.later(0.5);
    expect(await world.run(world.messages(2))).toEqual(["succeeded", "succeeded"]);
  });

  it("is moved for longer where its first send takes longer than a second", async () => {
    const world = await onFastLane(null);
    await world.health.lease(world.endpoint.endpoint_id, { id: "first", slots: 1, until: begun + leaseMs }, begun);
    await world.later(1.001);
    await world.run(world.messages(1));
    const lease = vi.spyOn(world.health, "lease");
    await world.later(29);
    expect(await world.run(world.messages(1))).toEqual(["moved"]);
    expect(lease).not.toHaveBeenCalled();
  });

  it("stays, by itself, once its endpoint is fast again", async () => {
    const world = await onFastLane(12_000);
    expect(await world.run(world.messages(1))).toEqual(["moved"]);
    // On the slow lane it answers in 12 ms from now on.
    for (let n = 0; n < 20; n++) await world.deliver(...world.messages(1));
    await world.later(30);
    expect(await world.run(world.messages(2))).toEqual(["succeeded", "succeeded"]);
  });

  it("is moved where a send of the endpoint hangs now, before any has ended", async () => {
    const world = await onFastLane(20);
    const { endpoint_id } = world.endpoint;
    await world.health.lease(endpoint_id, { id: "hangs", slots: 2, until: begun + leaseMs }, begun);
    await world.later(5);
    expect(await world.run(world.messages(1))).toEqual(["succeeded"]);
    await world.later(0.001);
    expect(await world.run(world.messages(1))).toEqual(["moved"]);
    const { vacant, leases } = await world.health.read(endpoint_id);
    expect([vacant, leases.map(({ id }) => id)]).toEqual([initialLimit - 2, ["hangs"]]);
  });

  it("that the slow lane's queue does not take comes again on the fast lane, and no try of it is used up", async () => {
    const world = await onFastLane(12_000);
    vi.spyOn(world.slowLane, "send").mockImplementation(async (messages) => [...messages]);
    expect(await world.run(world.messages(2))).toEqual(["deferred", "deferred"]);
    expect(world.scheduled).toMatchObject([{ by: "queue" }, { by: "queue" }]);
  });

  it("is sent beside those that are moved", async () => {
    const world = await onFastLane(20);
    const slow = anEndpoint({ endpoint_id: `wh_${"0".repeat(32)}`, url: "https://slow.example.com/" });
    await world.endpoints.create(slow, anEvent());
    const messages = [...world.messages(2, slow), ...world.messages(2)];
    expect(await world.run(messages)).toEqual(["moved", "moved", "succeeded", "succeeded"]);
  });
});

describe("on the slow lane, a slow endpoint", () => {
  it("gets fewer concurrent sends the longer they take, and all of them again when it is fast", async () => {
    const world = await aDeliveryWorld();
    const limits: number[] = [];
    for (const duration_ms of [400, 2_000, 12_000, 12_000, 12_000, 12_000, 12_000, 12_000]) {
      world.receiver.answer = answering({ duration_ms });
      await world.deliver(...world.messages(5));
      limits.push((await world.health.read(world.endpoint.endpoint_id)).limit);
    }
    expect(limits).toEqual(limits.toSorted((left, right) => right - left));
    expect(limits.at(0)).toBe(initialLimit);
    expect(limits.at(-1)).toBe(1);
    world.receiver.answer = answering({ duration_ms: 20 });
    for (let n = 0; n < 30; n++) await world.deliver(...world.messages(5));
    expect((await world.health.read(world.endpoint.endpoint_id)).limit).toBe(initialLimit);
  });

  it("is asked for a slot once a second by an instance while it is busy", async () => {
    const world = await aDeliveryWorld();
    const { endpoint_id } = world.endpoint;
    const health = { ...initialHealth, latency_ms: 12_000, limit: 1, vacant: 1 };
    await world.health.write(endpoint_id, initialHealth, health);
    await world.health.lease(endpoint_id, { id: "other", slots: 1, until: begun + leaseMs }, begun);
    const lease = vi.spyOn(world.health, "lease");
    for (let n = 0; n < 5; n++) expect(await world.deliver(...world.messages(4))).toEqual(Array(4).fill("parked"));
    expect(lease).toHaveBeenCalledTimes(1);
    await world.later(1);
    await world.deliver(...world.messages(1));
    expect(lease).toHaveBeenCalledTimes(2);
  });
});

describe("a test that hangs", () => {
  it("moves its endpoint to the slow lane, and counts as no failure of it", async () => {
    const world = await onFastLane(20);
    world.receiver.answer = answering({ status: null, error: "timeout", duration_ms: 15_000 });
    const [test] = world.messages(1).map((message) => ({ ...message, event: null, urgent: true }));
    if (test === undefined) throw new Error("There is no test.");
    expect(await world.run([test])).toEqual(["given_up"]);
    const { failures, latency_ms } = await world.health.read(world.endpoint.endpoint_id);
    expect([failures, latency_ms]).toEqual([0, 3_765]);
    expect(await world.run(world.messages(1))).toEqual(["moved"]);
  });

  it("does not end the sends of its batch", async () => {
    const world = await aDeliveryWorld();
    world.receiver.answer = answering({ status: 500 });
    const tests = world.messages(10).map((message) => ({ ...message, event: null }));
    expect(await world.deliver(...tests)).toEqual(Array(10).fill("given_up"));
  });
});

describe("permits of an organisation", () => {
  it("that are fewer than the slots leave the others to the next, while the sends last", async () => {
    const world = await aDeliveryWorld();
    world.receiver.answer = async () => {
      await world.clock.sleep(2_000);
      return anExchange();
    };
    // One more permit is for an endpoint without a send.
    const done = deliver({ ...world.world, sendsPerOrg: 3 }, world.messages(5));
    await world.later(1);
    const { vacant, leases } = await world.health.read(world.endpoint.endpoint_id);
    expect([vacant, leases.map(({ slots }) => slots)]).toEqual([initialLimit - 2, [2]]);
    await world.clock.run();
    await done;
    expect(await world.health.read(world.endpoint.endpoint_id)).toMatchObject({ vacant: initialLimit, leases: [] });
  });

  it.each([
    ["that nothing is known of", null],
    ["that were fast until they hang", 20],
  ])("bound its sends on the slow lane over all endpoints %s", async (_, latency_ms) => {
    const world = await aDeliveryWorld();
    let [running, most] = [0, 0];
    world.receiver.answer = async () => {
      running += 1;
      most = Math.max(most, running);
      await world.clock.sleep(12_000);
      running -= 1;
      return anExchange({ duration_ms: 12_000 });
    };
    const many = Array.from({ length: 30 }, (_, n) =>
      anEndpoint({ endpoint_id: `wh_${String(n).padStart(32, "0")}`, url: `https://slow-${n}.example.com/` }),
    );
    for (const endpoint of many) {
      await world.endpoints.create(endpoint, anEvent());
      await world.health.write(endpoint.endpoint_id, initialHealth, { ...initialHealth, latency_ms });
    }
    const bounded = { ...world.world, sendsPerOrg: 8 };
    const batches = many.map((endpoint) => deliver(bounded, world.messages(10, endpoint)));
    await world.clock.run();
    const results = (await Promise.all(batches)).flatMap(({ results }) => results);
    expect(most).toBe(8);
    expect(new Set(results.map((result) => result.status === "fulfilled" && result.value))).toEqual(
      new Set(["succeeded", "parked"]),
    );
  });

  it("are given back, also where nothing was sent", async () => {
    const world = await aDeliveryWorld();
    const bounded = { ...world.world, sendsPerOrg: 5 };
    const pool = { org_id: world.endpoint.org_id, part: 0, size: 5 };
    await deliver(bounded, world.messages(3));
    vi.spyOn(world.deliveries, "claim").mockRejectedValueOnce(new Error("no"));
    await deliver(bounded, world.messages(1));
    const all = { id: "all", slots: 5, until: begun + leaseMs };
    expect(await world.world.permits.take(pool, all, begun)).toMatchObject({ granted: true });
  });

  it("are not asked for again for two seconds where none was free, and no slots are taken for them", async () => {
    const world = await aDeliveryWorld();
    const bounded = { ...world.world, sendsPerOrg: 5 };
    const pool = { org_id: world.endpoint.org_id, part: 0, size: 5 };
    const all = { id: "all", slots: 5, until: begun + leaseMs };
    await world.world.permits.take(pool, all, begun);
    const outcomes = async () => (await deliver(bounded, world.messages(1))).results;
    const [take, lease] = [vi.spyOn(world.world.permits, "take"), vi.spyOn(world.health, "lease")];
    expect(await outcomes()).toEqual([{ status: "fulfilled", value: "parked" }]);
    const asked = take.mock.calls.length;
    expect([asked > 0, lease.mock.calls.length]).toEqual([true, 1]);
    expect(await outcomes()).toEqual([{ status: "fulfilled", value: "parked" }]);
    expect([take.mock.calls.length, lease.mock.calls.length]).toEqual([asked, 1]);
    await world.world.permits.giveBack(pool, all);
    await world.later(2);
    expect(await outcomes()).toEqual([{ status: "fulfilled", value: "succeeded" }]);
  });

  it.each([
    [250, 0],
    [251, 1],
    [1_000, 1],
  ])("are asked for on the fast lane where sends take longer than a quarter of a second: %d ms", async (ms, asked) => {
    const world = await onFastLane(ms);
    const take = vi.spyOn(world.world.permits, "take");
    expect(await world.run(world.messages(3))).toEqual(Array(3).fill("succeeded"));
    expect(take).toHaveBeenCalledTimes(asked);
  });

  it("are given back on the fast lane as well", async () => {
    const world = await onFastLane(700);
    world.receiver.answer = answering({ duration_ms: 700 });
    for (let n = 0; n < 30; n++) await world.run(world.messages(5));
    expect(world.received).toHaveLength(150);
  });
});

import { describe, expect, it, vi } from "vitest";
import { deliverBatch } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import { initialConcurrencyLimit, initialHealth, leaseMs } from "#shared/webhooks/limits/endpoint-health.ts";
import { anEndpoint, anEvent, aSendResult, testNow } from "#test/support/builders.ts";
import { deliveryFixture, outcomesOf, respondWith } from "#test/support/webhooks/delivery-fixture.ts";

const begun = testNow.getTime();

/** Creates a fixture for the fast lane with an endpoint of this latency, and records what is moved to the slow lane. */
async function onFastLane(latencyMs: number | null) {
  const delivering = await deliveryFixture();
  const { ports, endpoint, clock, health } = delivering;
  if (latencyMs !== null) {
    await health.update(endpoint.endpoint_id, initialHealth, { ...initialHealth, latency_ms: latencyMs });
  }
  const moved: DeliveryMessage[] = [];
  const slowLane = {
    send: async (messages: readonly DeliveryMessage[]) => {
      moved.push(...messages);
      return [] as DeliveryMessage[];
    },
  };
  const fast = { ...ports, slowLane };
  const run = async (messages: readonly DeliveryMessage[]) => {
    const done = deliverBatch(fast, messages);
    await clock.run();
    return outcomesOf(await done);
  };
  return { ...delivering, fast, slowLane, moved, run };
}

describe("deliverBatch on the fast lane", () => {
  it.each([
    ["no request yet", null, "moved"],
    ["a latency of one second", 1_000, "succeeded"],
    ["a longer latency", 1_001, "moved"],
    ["a latency of twelve seconds", 12_000, "moved"],
  ] as const)("handles messages of an endpoint with %s (%s ms): %s", async (_, latencyMs, outcome) => {
    const fixture = await onFastLane(latencyMs);
    const messages = fixture.createMessages(3);
    expect(await fixture.run(messages)).toEqual(Array(3).fill(outcome));
    expect(fixture.moved).toEqual(outcome === "moved" ? messages : []);
    expect(fixture.received).toHaveLength(outcome === "moved" ? 0 : 3);
  });

  it("moves a message before its delivery is claimed", async () => {
    const fixture = await onFastLane(12_000);
    const [message] = fixture.createMessages(1);
    if (message === undefined) throw new Error("There is no message.");
    await fixture.run([message]);
    expect(await fixture.deliveryOf(message)).toBeNull();
    expect(await fixture.deliver(message)).toEqual(["succeeded"]);
  });

  it("moves messages without a read for thirty seconds after the endpoint was found slow", async () => {
    const fixture = await onFastLane(12_000);
    await fixture.run(fixture.createMessages(1));
    const lease = vi.spyOn(fixture.health, "acquire");
    const get = vi.spyOn(fixture.endpoints, "get");
    expect(await fixture.run(fixture.createMessages(10))).toEqual(Array(10).fill("moved"));
    expect([lease, get].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    await fixture.advance(30);
    await fixture.run(fixture.createMessages(1));
    expect(lease).toHaveBeenCalledTimes(1);
  });

  it("moves messages for only half a second when no request was sent to the endpoint yet", async () => {
    const fixture = await onFastLane(null);
    await fixture.run(fixture.createMessages(1));
    const lease = vi.spyOn(fixture.health, "acquire");
    expect(await fixture.run(fixture.createMessages(10))).toEqual(Array(10).fill("moved"));
    expect(lease).not.toHaveBeenCalled();
    await fixture.deliver(...fixture.createMessages(1));
    await fixture.advance(0.5);
    expect(await fixture.run(fixture.createMessages(2))).toEqual(["succeeded", "succeeded"]);
  });

  it("moves messages for longer when the first request takes more than a second", async () => {
    const fixture = await onFastLane(null);
    await fixture.health.acquire(
      fixture.endpoint.endpoint_id,
      { id: "first", permits: 1, expiresAt: begun + leaseMs },
      begun,
    );
    await fixture.advance(1.001);
    await fixture.run(fixture.createMessages(1));
    const lease = vi.spyOn(fixture.health, "acquire");
    await fixture.advance(29);
    expect(await fixture.run(fixture.createMessages(1))).toEqual(["moved"]);
    expect(lease).not.toHaveBeenCalled();
  });

  it("sends messages on the fast lane after the endpoint became fast", async () => {
    const fixture = await onFastLane(12_000);
    expect(await fixture.run(fixture.createMessages(1))).toEqual(["moved"]);
    // The responses on the slow lane take 12 ms.
    for (let n = 0; n < 20; n++) await fixture.deliver(...fixture.createMessages(1));
    await fixture.advance(30);
    expect(await fixture.run(fixture.createMessages(2))).toEqual(["succeeded", "succeeded"]);
  });

  it("moves messages when a request of the endpoint hangs", async () => {
    const fixture = await onFastLane(20);
    const { endpoint_id } = fixture.endpoint;
    await fixture.health.acquire(endpoint_id, { id: "hangs", permits: 2, expiresAt: begun + leaseMs }, begun);
    await fixture.advance(5);
    expect(await fixture.run(fixture.createMessages(1))).toEqual(["succeeded"]);
    await fixture.advance(0.001);
    expect(await fixture.run(fixture.createMessages(1))).toEqual(["moved"]);
    const { available, leases } = await fixture.health.get(endpoint_id);
    expect([available, leases.map(({ id }) => id)]).toEqual([initialConcurrencyLimit - 2, ["hangs"]]);
  });

  it("defers messages when the slow queue refuses them", async () => {
    const fixture = await onFastLane(12_000);
    vi.spyOn(fixture.slowLane, "send").mockImplementation(async (messages) => [...messages]);
    expect(await fixture.run(fixture.createMessages(2))).toEqual(["deferred", "deferred"]);
    expect(fixture.scheduled).toMatchObject([{ by: "queue" }, { by: "queue" }]);
  });

  it("sends messages of fast endpoints while it moves others", async () => {
    const fixture = await onFastLane(20);
    const slow = anEndpoint({ endpoint_id: `wh_${"0".repeat(32)}`, url: "https://slow.example.com/" });
    await fixture.endpoints.create(slow, anEvent());
    const messages = [...fixture.createMessages(2, slow), ...fixture.createMessages(2)];
    expect(await fixture.run(messages)).toEqual(["moved", "moved", "succeeded", "succeeded"]);
  });
});

describe("deliverBatch on the slow lane", () => {
  it("lowers the concurrency limit as the latency grows, and restores it when the endpoint is fast again", async () => {
    const fixture = await deliveryFixture();
    const limits: number[] = [];
    for (const duration_ms of [400, 2_000, 12_000, 12_000, 12_000, 12_000, 12_000, 12_000]) {
      fixture.receiver.respond = respondWith({ duration_ms });
      await fixture.deliver(...fixture.createMessages(5));
      limits.push((await fixture.health.get(fixture.endpoint.endpoint_id)).limit);
    }
    expect(limits).toEqual(limits.toSorted((left, right) => right - left));
    expect(limits.at(0)).toBe(initialConcurrencyLimit);
    expect(limits.at(-1)).toBe(1);
    fixture.receiver.respond = respondWith({ duration_ms: 20 });
    for (let n = 0; n < 30; n++) await fixture.deliver(...fixture.createMessages(5));
    expect((await fixture.health.get(fixture.endpoint.endpoint_id)).limit).toBe(initialConcurrencyLimit);
  });

  it("tries a busy endpoint once per second and instance", async () => {
    const fixture = await deliveryFixture();
    const { endpoint_id } = fixture.endpoint;
    const health = { ...initialHealth, latency_ms: 12_000, limit: 1, available: 1 };
    await fixture.health.update(endpoint_id, initialHealth, health);
    await fixture.health.acquire(endpoint_id, { id: "other", permits: 1, expiresAt: begun + leaseMs }, begun);
    const lease = vi.spyOn(fixture.health, "acquire");
    for (let n = 0; n < 5; n++)
      expect(await fixture.deliver(...fixture.createMessages(4))).toEqual(Array(4).fill("rescheduled"));
    expect(lease).toHaveBeenCalledTimes(1);
    await fixture.advance(1);
    await fixture.deliver(...fixture.createMessages(1));
    expect(lease).toHaveBeenCalledTimes(2);
  });
});

describe("deliverBatch of a test delivery that hangs or fails", () => {
  it("moves its endpoint to the slow lane without counting a failure", async () => {
    const fixture = await onFastLane(20);
    fixture.receiver.respond = respondWith({ status: null, error: "timeout", duration_ms: 15_000 });
    const [test] = fixture.createMessages(1).map((message) => ({ ...message, event: null, urgent: true }));
    if (test === undefined) throw new Error("There is no test.");
    expect(await fixture.run([test])).toEqual(["given_up"]);
    const { failures, latency_ms } = await fixture.health.get(fixture.endpoint.endpoint_id);
    expect([failures, latency_ms]).toEqual([0, 3_765]);
    expect(await fixture.run(fixture.createMessages(1))).toEqual(["moved"]);
  });

  it("does not stop the batch", async () => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = respondWith({ status: 500 });
    const tests = fixture.createMessages(10).map((message) => ({ ...message, event: null }));
    expect(await fixture.deliver(...tests)).toEqual(Array(10).fill("given_up"));
  });
});

describe("deliverBatch with permits of the organisation", () => {
  it("releases the permits of the endpoint that exceed those of the organisation", async () => {
    const fixture = await deliveryFixture();
    fixture.receiver.respond = async () => {
      await fixture.clock.sleep(2_000);
      return aSendResult();
    };
    // One of the three is reserved for an endpoint without a running request.
    const done = deliverBatch({ ...fixture.ports, sendsPerOrg: 3 }, fixture.createMessages(5));
    await fixture.advance(1);
    const { available, leases } = await fixture.health.get(fixture.endpoint.endpoint_id);
    expect([available, leases.map(({ permits }) => permits)]).toEqual([initialConcurrencyLimit - 2, [2]]);
    await fixture.clock.run();
    await done;
    expect(await fixture.health.get(fixture.endpoint.endpoint_id)).toMatchObject({
      available: initialConcurrencyLimit,
      leases: [],
    });
  });

  it.each([
    ["of unknown latency", null],
    ["that were fast and now hang", 20],
  ])("limits concurrent requests on the slow lane over all endpoints %s", async (_, latency_ms) => {
    const fixture = await deliveryFixture();
    let running = 0;
    let most = 0;
    fixture.receiver.respond = async () => {
      running += 1;
      most = Math.max(most, running);
      await fixture.clock.sleep(12_000);
      running -= 1;
      return aSendResult({ duration_ms: 12_000 });
    };
    const many = Array.from({ length: 30 }, (_, n) =>
      anEndpoint({ endpoint_id: `wh_${String(n).padStart(32, "0")}`, url: `https://slow-${n}.example.com/` }),
    );
    for (const endpoint of many) {
      await fixture.endpoints.create(endpoint, anEvent());
      await fixture.health.update(endpoint.endpoint_id, initialHealth, { ...initialHealth, latency_ms });
    }
    const bounded = { ...fixture.ports, sendsPerOrg: 8 };
    const batches = many.map((endpoint) => deliverBatch(bounded, fixture.createMessages(10, endpoint)));
    await fixture.clock.run();
    const results = (await Promise.all(batches)).flatMap(({ results }) => results);
    expect(most).toBe(8);
    expect(new Set(results.map((result) => result.status === "fulfilled" && result.value))).toEqual(
      new Set(["succeeded", "rescheduled"]),
    );
  });

  it("releases them when nothing was sent", async () => {
    const fixture = await deliveryFixture();
    const bounded = { ...fixture.ports, sendsPerOrg: 5 };
    const pool = { org_id: fixture.endpoint.org_id, part: 0, size: 5 };
    await deliverBatch(bounded, fixture.createMessages(3));
    vi.spyOn(fixture.deliveries, "claim").mockRejectedValueOnce(new Error("no"));
    await deliverBatch(bounded, fixture.createMessages(1));
    const all = { id: "all", permits: 5, expiresAt: begun + leaseMs };
    expect(await fixture.ports.orgPermits.acquire(pool, all, begun)).toMatchObject({ granted: true });
  });

  it("tries neither the pool nor the endpoint for two seconds after a refusal", async () => {
    const fixture = await deliveryFixture();
    const bounded = { ...fixture.ports, sendsPerOrg: 5 };
    const pool = { org_id: fixture.endpoint.org_id, part: 0, size: 5 };
    const all = { id: "all", permits: 5, expiresAt: begun + leaseMs };
    await fixture.ports.orgPermits.acquire(pool, all, begun);
    const outcomes = async () => (await deliverBatch(bounded, fixture.createMessages(1))).results;
    const take = vi.spyOn(fixture.ports.orgPermits, "acquire");
    const lease = vi.spyOn(fixture.health, "acquire");
    expect(await outcomes()).toEqual([{ status: "fulfilled", value: "rescheduled" }]);
    const asked = take.mock.calls.length;
    expect([asked > 0, lease.mock.calls.length]).toEqual([true, 1]);
    expect(await outcomes()).toEqual([{ status: "fulfilled", value: "rescheduled" }]);
    expect([take.mock.calls.length, lease.mock.calls.length]).toEqual([asked, 1]);
    await fixture.ports.orgPermits.release(pool, all);
    await fixture.advance(2);
    expect(await outcomes()).toEqual([{ status: "fulfilled", value: "succeeded" }]);
  });

  it.each([
    [250, 0],
    [251, 1],
    [1_000, 1],
  ])("acquires them on the fast lane when the latency exceeds a quarter of a second: %d ms", async (ms, asked) => {
    const fixture = await onFastLane(ms);
    const take = vi.spyOn(fixture.ports.orgPermits, "acquire");
    expect(await fixture.run(fixture.createMessages(3))).toEqual(Array(3).fill("succeeded"));
    expect(take).toHaveBeenCalledTimes(asked);
  });

  it("releases them on the fast lane", async () => {
    const fixture = await onFastLane(700);
    fixture.receiver.respond = respondWith({ duration_ms: 700 });
    for (let n = 0; n < 30; n++) await fixture.run(fixture.createMessages(5));
    expect(fixture.received).toHaveLength(150);
  });
});

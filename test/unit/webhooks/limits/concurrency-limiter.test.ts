import { describe, expect, it, vi } from "vitest";
import { deliverBatch } from "#shared/webhooks/deliveries/deliver-batch.ts";
import { limitIncrement, maxConcurrencyLimit } from "#shared/webhooks/limits/circuit-breaker.ts";
import { initialConcurrencyLimit, initialHealth, isHanging } from "#shared/webhooks/limits/endpoint-health.ts";
import { acquireEndpointPermits, countPermits } from "#shared/webhooks/limits/endpoint-permits.ts";
import { aDeliveryMessage, anEndpoint, anEvent, aSendResult, testNow } from "#test/support/builders.ts";
import { deliveryFixture, type ReceivedRequest } from "#test/support/webhooks/delivery-fixture.ts";

const { endpoint_id } = anEndpoint();

/** Creates a fixture whose receiver takes so long for each request, and records the most concurrent ones by URL. */
async function fixtureWithSlowReceiver(seconds: (request: ReceivedRequest) => number) {
  const fixture = await deliveryFixture();
  const most = new Map<string, number>();
  const running = new Map<string, number>();
  fixture.receiver.respond = async (request) => {
    const now = (running.get(request.url) ?? 0) + 1;
    running.set(request.url, now);
    most.set(request.url, Math.max(now, most.get(request.url) ?? 0));
    await fixture.clock.sleep(seconds(request) * 1_000);
    running.set(request.url, (running.get(request.url) ?? 0) - 1);
    return aSendResult();
  };
  return { ...fixture, most: (url: string) => most.get(url) ?? 0 };
}

describe("deliverBatch and the concurrency limit of an endpoint", () => {
  it("sends five requests of a batch concurrently, and the others after them", async () => {
    const fixture = await fixtureWithSlowReceiver(() => 1);
    expect(await fixture.deliver(...fixture.createMessages(20))).toEqual(Array(20).fill("succeeded"));
    expect(fixture.most(fixture.endpoint.url)).toBe(5);
  });

  it("limits concurrent batches to the initial limit", async () => {
    const fixture = await fixtureWithSlowReceiver(() => 2);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => fixture.deliver(...fixture.createMessages(10))));
    expect(fixture.most(fixture.endpoint.url)).toBe(initialConcurrencyLimit);
    expect(outcomes.flat().filter((outcome) => outcome === "succeeded")).toHaveLength(20);
    const rescheduled = outcomes.flat().filter((outcome) => outcome === "rescheduled");
    expect([rescheduled.length, fixture.scheduled.length]).toEqual([40, 40]);
    expect(fixture.received).toHaveLength(20);
    expect(await fixture.health.get(endpoint_id)).toMatchObject({ leases: [], available: initialConcurrencyLimit });
  });

  it("raises the limit up to the maximum after a recent success", async () => {
    const fixture = await fixtureWithSlowReceiver(() => 2);
    await fixture.deliver(...fixture.createMessages(1));
    const onFastLane = { ...fixture.ports, slowLane: fixture.ports.queue };
    const delivered = Promise.all(fixture.createMessages(80).map((message) => deliverBatch(onFastLane, [message])));
    await fixture.clock.run();
    await delivered;
    expect(fixture.most(fixture.endpoint.url)).toBe(maxConcurrencyLimit);
    expect(await fixture.health.get(endpoint_id)).toMatchObject({
      limit: maxConcurrencyLimit,
      available: maxConcurrencyLimit,
      leases: [],
    });
  });

  it.each([
    [9.999, 15],
    [10, 10],
  ])("raises the limit only within ten seconds of a success: after %d s", async (seconds, expected) => {
    const fixture = await fixtureWithSlowReceiver(() => 2);
    fixture.receiver.respond = async () => aSendResult();
    await fixture.deliver(...fixture.createMessages(1));
    await fixture.advance(seconds);
    const granted: string[] = [];
    for (let n = 0; n < initialConcurrencyLimit + limitIncrement; n++) {
      const request = acquireEndpointPermits(fixture.ports, endpoint_id, {
        count: 1,
        id: `lease ${n}`,
        isManual: false,
      });
      await fixture.clock.run();
      if (countPermits(await request) === 1) granted.push(`lease ${n}`);
    }
    expect(granted).toHaveLength(expected);
  });

  it("limits each endpoint separately", async () => {
    const fixture = await fixtureWithSlowReceiver(({ url }) => (url === anEndpoint().url ? 15 : 0.1));
    const other = anEndpoint({ endpoint_id: `wh_${"0".repeat(32)}`, url: "https://other.example.com/" });
    await fixture.endpoints.create(other, anEvent());
    await fixture.deliver(...fixture.createMessages(10), ...fixture.createMessages(10, other));
    const times = fixture.received.filter(({ url }) => url === other.url).map(({ at }) => at.getTime());
    expect(times).toHaveLength(10);
    expect(Math.max(...times) - testNow.getTime()).toBe(100);
  });
});

describe("deliverBatch when requests are slow", () => {
  it("starts no request after four seconds and reschedules the rest", async () => {
    const fixture = await fixtureWithSlowReceiver(() => 15);
    expect(await fixture.deliver(...fixture.createMessages(8))).toEqual([
      ...Array(5).fill("succeeded"),
      ...Array(3).fill("rescheduled"),
    ]);
    expect(fixture.received).toHaveLength(5);
    expect(fixture.scheduled).toMatchObject(Array(3).fill({ message: { parked: 0, step: 0 }, by: "queue" }));
  });

  it("continues with other messages when one request hangs", async () => {
    const fixture = await deliveryFixture();
    const [hanging = aDeliveryMessage(), ...others] = fixture.createMessages(12);
    fixture.receiver.respond = async ({ headers }) => {
      await fixture.clock.sleep(headers["webhook-id"] === hanging.delivery_id ? 15_000 : 1_000);
      return aSendResult();
    };
    expect(await fixture.deliver(hanging, ...others)).toEqual(Array(12).fill("succeeded"));
    expect(Math.max(...fixture.received.map(({ at }) => at.getTime())) - testNow.getTime()).toBe(2_000);
  });

  it("does not count an endpoint as hanging when ten requests of 0.9 seconds share one permit", async () => {
    const fixture = await fixtureWithSlowReceiver(() => 0.9);
    await fixture.health.update(endpoint_id, initialHealth, {
      ...initialHealth,
      limit: 1,
      available: 1 - initialConcurrencyLimit,
    });
    const end = vi.spyOn(fixture.health, "release");
    let checks = 0;
    for (let after = 100; after <= 10_000; after += 100) {
      fixture.clock.schedule(testNow.getTime() + after, async () => {
        checks += 1;
        expect(isHanging(await fixture.health.get(endpoint_id), testNow.getTime() + after)).toBe(false);
      });
    }
    const outcomes = await fixture.deliver(...fixture.createMessages(10));
    expect(new Set(outcomes)).toEqual(new Set(["succeeded", "rescheduled"]));
    expect([checks, end.mock.calls.length]).toEqual([100, 1]);
  });

  it("starts requests up to four seconds after its own start, and none later", async () => {
    for (const [seconds, begun] of [
      [4, 10],
      [4.001, 5],
    ] as const) {
      const fixture = await fixtureWithSlowReceiver(() => seconds);
      await fixture.deliver(...fixture.createMessages(10));
      expect(fixture.received).toHaveLength(begun);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  disableAfterMs,
  limitIncrement,
  maxConcurrencyLimit,
  type SendOutcome,
} from "#shared/webhooks/limits/circuit-breaker.ts";
import { initialConcurrencyLimit, leaseMs } from "#shared/webhooks/limits/endpoint-health.ts";
import {
  acquireEndpointPermits,
  countPermits,
  type EndpointPermits,
  releaseEndpointPermits,
} from "#shared/webhooks/limits/endpoint-permits.ts";
import { anEndpoint, testNow } from "#test/support/builders.ts";
import { memoryEndpointHealth } from "#test/support/memory/webhooks.ts";
import { aSendOutcome, secondsLater } from "#test/support/webhooks/delivery-builders.ts";
import { deliveryFixture } from "#test/support/webhooks/delivery-fixture.ts";

const { endpoint_id } = anEndpoint();
const success = aSendOutcome();
const failure = aSendOutcome({ succeeded: false });

/** Creates a fixture to acquire and release permits. The clock runs while a call waits. */
async function limiterFixture() {
  const delivering = await deliveryFixture();
  const { ports, clock, health } = delivering;
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    await clock.run();
    return work;
  };
  return {
    ...delivering,
    acquire: async (count: number, id: string, isManual = false) => {
      const permits = await inTime(acquireEndpointPermits(ports, endpoint_id, { count, id, isManual }));
      return { ...permits, count: countPermits(permits) };
    },
    release: (permits: EndpointPermits, ...outcomes: SendOutcome[]) =>
      inTime(releaseEndpointPermits(ports, endpoint_id, permits, outcomes)),
    getHealth: () => health.get(endpoint_id),
  };
}

describe("acquireEndpointPermits", () => {
  it("acquires the available permits when they are fewer than requested", async () => {
    const { ports, acquire, getHealth } = await limiterFixture();
    await ports.health.acquire(
      endpoint_id,
      { id: "a", permits: 7, expiresAt: secondsLater(60).getTime() },
      testNow.getTime(),
    );
    expect((await acquire(5, "b")).count).toBe(3);
    expect((await getHealth()).available).toBe(0);
  });

  it("waits for permits of a busy endpoint", async () => {
    const { ports, clock, acquire } = await limiterFixture();
    const first = await acquire(5, "a");
    await acquire(5, "b");
    clock.schedule(testNow.getTime() + 200, () => void releaseEndpointPermits(ports, endpoint_id, first, [success]));
    expect(await acquire(3, "c")).toMatchObject({ count: 1, kind: "leased" });
  });

  it("gives up after six attempts", async () => {
    const { ports, clock, acquire } = await limiterFixture();
    for (const id of ["a", "b"]) await acquire(5, id);
    const lease = vi.spyOn(ports.health, "acquire");
    expect(await acquire(3, "c")).toEqual({ count: 0, kind: "busy", isSlow: false });
    expect(lease).toHaveBeenCalledTimes(6);
    expect(clock.now().getTime() - testNow.getTime()).toBe(250);
  });

  it("waits for permits when the limit cannot be raised", async () => {
    const { ports, clock, acquire, release } = await limiterFixture();
    await release(await acquire(1, "first"), success);
    for (let grown = initialConcurrencyLimit; grown < maxConcurrencyLimit; grown += limitIncrement)
      await ports.health.increaseLimit(endpoint_id, maxConcurrencyLimit);
    const [first] = await Promise.all(Array.from({ length: 10 }, (_, n) => acquire(5, `lease ${n}`)));
    if (first === undefined) throw new Error("There is no lease.");
    clock.schedule(testNow.getTime() + 100, () => void releaseEndpointPermits(ports, endpoint_id, first, [success]));
    expect((await acquire(1, "late")).count).toBe(1);
  });

  it("returns until when the circuit is open, without waiting", async () => {
    const { ports, acquire, release } = await limiterFixture();
    const sleep = vi.spyOn(ports, "sleep");
    await release(await acquire(1, "a"), ...Array(5).fill(failure));
    const until = secondsLater(30).getTime();
    expect(await acquire(3, "b")).toEqual({ count: 0, kind: "circuit_open", until });
    expect(sleep).not.toHaveBeenCalled();
  });

  it("returns until when the endpoint is paused, without waiting", async () => {
    const { acquire, release } = await limiterFixture();
    await release(await acquire(1, "a"), { ...failure, overloaded: true, retryAfterMs: 7_000 });
    expect(await acquire(3, "b")).toEqual({ count: 0, kind: "paused", until: secondsLater(7).getTime() });
  });

  it("grants one probe at a time after the circuit was open", async () => {
    const { acquire, release, advance: later } = await limiterFixture();
    await release(await acquire(1, "a"), ...Array(5).fill(failure));
    await later(30);
    const probe = await acquire(5, "b");
    expect(probe.count).toBe(1);
    expect((await acquire(5, "c")).count).toBe(0);
    await release(probe, { ...success, at: secondsLater(30).getTime() });
    expect((await acquire(5, "d")).count).toBe(5);
  });

  it("grants one probe to a manual request while the circuit is open", async () => {
    const { acquire, release } = await limiterFixture();
    await release(await acquire(1, "a"), ...Array(5).fill(failure));
    const probe = await acquire(5, "b", true);
    expect(probe.count).toBe(1);
    expect((await acquire(5, "c", true)).count).toBe(0);
    await release(probe, failure);
    expect((await acquire(5, "d", true)).count).toBe(1);
  });

  it("reclaims the permits of an expired lease", async () => {
    const { acquire, advance: later, getHealth } = await limiterFixture();
    for (const id of ["a", "b"]) await acquire(5, id);
    await later(leaseMs / 1_000 - 1);
    expect((await acquire(1, "c")).count).toBe(0);
    await later(1);
    expect((await acquire(1, "d")).count).toBe(1);
    expect(await getHealth()).toMatchObject({
      leases: [{ id: "d", permits: 1 }],
      available: initialConcurrencyLimit - 1,
    });
  });

  it("releases a lease once, even if it had been reclaimed", async () => {
    const { acquire, release, advance: later, getHealth } = await limiterFixture();
    const late = await acquire(5, "late");
    await acquire(5, "expired");
    await later(leaseMs / 1_000);
    await release(await acquire(1, "next"));
    await release(late, success);
    expect(await getHealth()).toMatchObject({ leases: [], available: initialConcurrencyLimit });
  });

  it("records the outcomes of concurrent releases", async () => {
    const { ports, clock, getHealth, acquire } = await limiterFixture();
    const leased = [await acquire(5, "a"), await acquire(5, "b")];
    const released = Promise.all(
      leased.map((permits) => releaseEndpointPermits(ports, endpoint_id, permits, [failure])),
    );
    await clock.run();
    await released;
    expect(await getHealth()).toMatchObject({ leases: [], available: initialConcurrencyLimit, failures: 2 });
  });

  it("releases permits even if the outcomes cannot be recorded after ten conflicts", async () => {
    const { ports, acquire, release, getHealth } = await limiterFixture();
    const permits = await acquire(5, "a");
    const write = vi.spyOn(ports.health, "update").mockResolvedValue(false);
    expect([await release(permits, failure), write.mock.calls.length]).toEqual([
      { hasFailedTooLong: false, opened: false },
      10,
    ]);
    expect(await getHealth()).toMatchObject({ leases: [], available: initialConcurrencyLimit, failures: 0 });
  });

  it("releases permits of a healthy endpoint with one write", async () => {
    const { ports, acquire, release, getHealth } = await limiterFixture();
    const permits = await acquire(5, "a");
    const write = vi.spyOn(ports.health, "update");
    await release(permits, success, { ...success, at: success.at + 7 });
    expect(write).not.toHaveBeenCalled();
    expect(await getHealth()).toMatchObject({ version: 0, leases: [], last_success_at: success.at + 7 });
  });
});

it("releaseEndpointPermits reports an opened circuit only to the release whose failure opened it", async () => {
  const { acquire, release } = await limiterFixture();
  const first = await acquire(1, "a");
  const second = await acquire(1, "b");
  expect(await release(first, ...Array(5).fill(failure))).toMatchObject({ opened: true });
  expect(await release(second, failure)).toMatchObject({ opened: false });
});

describe("releaseEndpointPermits of an endpoint that keeps failing", () => {
  it("reports `hasFailedTooLong` once the failures have lasted long enough", async () => {
    const { acquire, release, advance: later } = await limiterFixture();
    expect(await release(await acquire(1, "a"), failure)).toEqual({ hasFailedTooLong: false, opened: false });
    await later(disableAfterMs / 1_000 - 1);
    expect(await release(await acquire(1, "b"), failure)).toMatchObject({ hasFailedTooLong: false });
    await later(1);
    expect(await release(await acquire(1, "c"), failure)).toMatchObject({ hasFailedTooLong: true });
  });

  it("does not report `hasFailedTooLong` when another batch had a success meanwhile", async () => {
    const { acquire, release, advance: later, clock } = await limiterFixture();
    const good = await acquire(1, "good");
    const bad = await acquire(1, "bad");
    await release(bad, failure);
    await later(10);
    await release(good, { ...success, at: clock.now().getTime() });
    await later(disableAfterMs / 1_000 - 10);
    expect(await release(await acquire(1, "next"), { ...failure, at: clock.now().getTime() })).toMatchObject({
      hasFailedTooLong: false,
    });
  });
});

it("(property) endpoint permits never exceed the limit, and none is lost", async () => {
  const kind = fc.constantFrom("success", "failure", "overloaded");
  const action = fc.oneof(
    fc.record({
      kind: fc.constant("acquire" as const),
      count: fc.integer({ min: 1, max: 10 }),
      isManual: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("release" as const), which: fc.nat(), outcomes: fc.array(kind, { maxLength: 4 }) }),
    fc.record({ kind: fc.constant("crash" as const), which: fc.nat() }),
  );
  const moment = fc.record({ actions: fc.array(action, { maxLength: 12 }), pause: fc.constantFrom(0, 1, 15, 61, 400) });
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { maxLength: 12 }), async (moments) => {
      let now = testNow.getTime();
      let ids = 0;
      const health = memoryEndpointHealth();
      const ports = { health, slowLane: null, now: () => new Date(now), random: () => 0, sleep: async () => {} };
      const held: EndpointPermits[] = [];
      for (const { actions, pause } of moments) {
        await Promise.all(
          actions.map(async (action) => {
            if (action.kind === "acquire") {
              const id = String(++ids);
              held.push(
                await acquireEndpointPermits(ports, endpoint_id, {
                  count: action.count,
                  id,
                  isManual: action.isManual,
                }),
              );
              return;
            }
            const [permits] = held.splice(action.which % Math.max(1, held.length), 1);
            if (permits === undefined || action.kind === "crash") return;
            const outcomes = action.outcomes.map((kind) =>
              aSendOutcome({
                at: now,
                succeeded: kind === "success",
                overloaded: kind === "overloaded",
                duration_ms: 900,
              }),
            );
            await releaseEndpointPermits(ports, endpoint_id, permits, outcomes);
          }),
        );
        const { limit, available, leases } = await health.get(endpoint_id);
        const leased = leases.reduce((sum, { permits }) => sum + permits, 0);
        expect(available + leased).toBe(limit);
        expect(leased).toBeLessThanOrEqual(maxConcurrencyLimit);
        expect(limit).toBeGreaterThanOrEqual(1);
        expect(limit).toBeLessThanOrEqual(maxConcurrencyLimit);
        now += pause * 1_000;
      }
    }),
  );
});

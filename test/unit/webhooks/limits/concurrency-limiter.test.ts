import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { deliver } from "#shared/webhooks/deliveries/deliver-batch.ts";
import {
  failingForMs,
  growth,
  hangs,
  initialHealth,
  initialLimit,
  leaseMs,
  maxConcurrentSends,
  type SendOutcome,
} from "#shared/webhooks/limits/circuit-breaker.ts";
import { giveBackSlots, type Slots, takeSlots } from "#shared/webhooks/limits/concurrency-limiter.ts";
import { aDeliveryMessage, anEndpoint, anEvent, anExchange, testNow } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/delivery-builders.ts";
import { aDeliveryWorld, type Received } from "#test/support/delivery-ports.ts";
import { memoryHealth } from "#test/support/memory-webhooks.ts";

const { endpoint_id } = anEndpoint();
const success: SendOutcome = {
  at: testNow.getTime(),
  succeeded: true,
  overloaded: false,
  retryAfterMs: null,
  isFailedTest: false,
  duration_ms: 50,
};
const failure: SendOutcome = { ...success, succeeded: false };

/** A world whose receiver takes so long for each request, and the most that it had at once. */
async function slow(seconds: (request: Received) => number) {
  const world = await aDeliveryWorld();
  const most = new Map<string, number>();
  const running = new Map<string, number>();
  world.receiver.answer = async (request) => {
    const now = (running.get(request.url) ?? 0) + 1;
    running.set(request.url, now);
    most.set(request.url, Math.max(now, most.get(request.url) ?? 0));
    await world.clock.sleep(seconds(request) * 1_000);
    running.set(request.url, (running.get(request.url) ?? 0) - 1);
    return anExchange();
  };
  return { ...world, most: (url: string) => most.get(url) ?? 0 };
}

/** A world in which slots are taken and given back; what has to wait does so. */
async function aWard() {
  const delivering = await aDeliveryWorld();
  const { world, clock, health } = delivering;
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    await clock.run();
    return work;
  };
  return {
    ...delivering,
    take: (wanted: number, id: string, isUrgent = false) => inTime(takeSlots(world, endpoint_id, wanted, id, isUrgent)),
    giveBack: (slots: Slots, ...outcomes: SendOutcome[]) => inTime(giveBackSlots(world, endpoint_id, slots, outcomes)),
    standing: () => health.read(endpoint_id),
  };
}

describe("sends at once to one endpoint", () => {
  it("are five of a batch, and the others follow as they end", async () => {
    const world = await slow(() => 1);
    expect(await world.deliver(...world.messages(20))).toEqual(Array(20).fill("succeeded"));
    expect(world.most(world.endpoint.url)).toBe(5);
  });

  it("are no more than it is trusted with at first, however many batches come at once", async () => {
    const world = await slow(() => 2);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => world.deliver(...world.messages(10))));
    expect(world.most(world.endpoint.url)).toBe(initialLimit);
    expect(outcomes.flat().filter((outcome) => outcome === "succeeded")).toHaveLength(20);
    const parked = outcomes.flat().filter((outcome) => outcome === "parked");
    expect([parked.length, world.scheduled.length]).toEqual([40, 40]);
    expect(world.received).toHaveLength(20);
    expect(await world.health.read(endpoint_id)).toMatchObject({ leases: [], vacant: initialLimit });
  });

  it("become more where it has just answered well, and never more than the most", async () => {
    const world = await slow(() => 2);
    await world.deliver(...world.messages(1));
    const onFastLane = { ...world.world, slowLane: world.world.queue };
    const delivered = Promise.all(world.messages(80).map((message) => deliver(onFastLane, [message])));
    await world.clock.run();
    await delivered;
    expect(world.most(world.endpoint.url)).toBe(maxConcurrentSends);
    expect(await world.health.read(endpoint_id)).toMatchObject({
      limit: maxConcurrentSends,
      vacant: maxConcurrentSends,
      leases: [],
    });
  });

  it.each([
    [9.999, 15],
    [10, 10],
  ])("become more only within ten seconds of a success: after %d s", async (seconds, expected) => {
    const world = await slow(() => 2);
    world.receiver.answer = async () => anExchange();
    await world.deliver(...world.messages(1));
    await world.later(seconds);
    const taken: string[] = [];
    for (let n = 0; n < initialLimit + growth; n++) {
      const asked = takeSlots(world.world, endpoint_id, 1, `lease ${n}`, false);
      await world.clock.run();
      if ((await asked).count === 1) taken.push(`lease ${n}`);
    }
    expect(taken).toHaveLength(expected);
  });

  it("are each endpoint's own", async () => {
    const world = await slow(({ url }) => (url === anEndpoint().url ? 15 : 0.1));
    const other = anEndpoint({ endpoint_id: `wh_${"0".repeat(32)}`, url: "https://other.example.com/" });
    await world.endpoints.create(other, anEvent());
    await world.deliver(...world.messages(10), ...world.messages(10, other));
    const times = world.received.filter(({ url }) => url === other.url).map(({ at }) => at.getTime());
    expect(times).toHaveLength(10);
    expect(Math.max(...times) - testNow.getTime()).toBe(100);
  });
});

describe("a batch whose sends hang", () => {
  it("begins none after four seconds: those left wait for a slot", async () => {
    const world = await slow(() => 15);
    expect(await world.deliver(...world.messages(8))).toEqual([
      ...Array(5).fill("succeeded"),
      ...Array(3).fill("parked"),
    ]);
    expect(world.received).toHaveLength(5);
    expect(world.scheduled).toMatchObject(Array(3).fill({ message: { parked: 0, step: 0 }, by: "queue" }));
  });

  it("goes on past one that hangs", async () => {
    const world = await aDeliveryWorld();
    const [hanging = aDeliveryMessage(), ...others] = world.messages(12);
    world.receiver.answer = async ({ headers }) => {
      await world.clock.sleep(headers["webhook-id"] === hanging.delivery_id ? 15_000 : 1_000);
      return anExchange();
    };
    expect(await world.deliver(hanging, ...others)).toEqual(Array(12).fill("succeeded"));
    expect(Math.max(...world.received.map(({ at }) => at.getTime())) - testNow.getTime()).toBe(2_000);
  });

  it("never looks like hanging where each send takes 0.9 seconds, with ten of them and one slot", async () => {
    const world = await slow(() => 0.9);
    await world.health.write(endpoint_id, initialHealth, { ...initialHealth, limit: 1, vacant: 1 - initialLimit });
    const end = vi.spyOn(world.health, "end");
    let looked = 0;
    for (let after = 100; after <= 10_000; after += 100) {
      world.clock.at(testNow.getTime() + after, async () => {
        looked += 1;
        expect(hangs(await world.health.read(endpoint_id), testNow.getTime() + after)).toBe(false);
      });
    }
    const outcomes = await world.deliver(...world.messages(10));
    expect(new Set(outcomes)).toEqual(new Set(["succeeded", "parked"]));
    expect([looked, end.mock.calls.length]).toEqual([100, 1]);
  });

  it("begins one at four seconds, and none a millisecond later", async () => {
    for (const [seconds, begun] of [
      [4, 10],
      [4.001, 5],
    ] as const) {
      const world = await slow(() => seconds);
      await world.deliver(...world.messages(10));
      expect(world.received).toHaveLength(begun);
    }
  });
});

describe("slots", () => {
  it("are as many as are left where those are fewer than wanted", async () => {
    const { world, take, standing } = await aWard();
    await world.health.lease(endpoint_id, { id: "a", slots: 7, until: secondsLater(60).getTime() }, testNow.getTime());
    expect((await take(5, "b")).count).toBe(3);
    expect((await standing()).vacant).toBe(0);
  });

  it("are waited for where an endpoint is only busy", async () => {
    const { world, clock, take } = await aWard();
    const [first] = [await take(5, "a"), await take(5, "b")];
    clock.at(testNow.getTime() + 200, () => void giveBackSlots(world, endpoint_id, first, [success]));
    expect(await take(3, "c")).toMatchObject({ count: 1, waitUntil: null });
  });

  it("are asked for six times, and then no more", async () => {
    const { world, clock, take } = await aWard();
    for (const id of ["a", "b"]) await take(5, id);
    const lease = vi.spyOn(world.health, "lease");
    expect(await take(3, "c")).toMatchObject({ count: 0, waitUntil: null, lease: null });
    expect(lease).toHaveBeenCalledTimes(6);
    expect(clock.now().getTime() - testNow.getTime()).toBe(250);
  });

  it("are waited for also where an endpoint can be trusted with no more", async () => {
    const { world, clock, take, giveBack } = await aWard();
    await giveBack(await take(1, "first"), success);
    for (let grown = initialLimit; grown < maxConcurrentSends; grown += growth)
      await world.health.grow(endpoint_id, maxConcurrentSends);
    const [first] = await Promise.all(Array.from({ length: 10 }, (_, n) => take(5, `lease ${n}`)));
    if (first === undefined) throw new Error("There is no lease.");
    clock.at(testNow.getTime() + 100, () => void giveBackSlots(world, endpoint_id, first, [success]));
    expect((await take(1, "late")).count).toBe(1);
  });

  it("are not waited for where the circuit is open, and its end is told", async () => {
    const { world, take, giveBack } = await aWard();
    const sleep = vi.spyOn(world, "sleep");
    await giveBack(await take(1, "a"), ...Array(5).fill(failure));
    const waitUntil = secondsLater(30).getTime();
    expect(await take(3, "b")).toMatchObject({ count: 0, waitUntil, isFailing: true });
    expect(sleep).not.toHaveBeenCalled();
  });

  it("are not waited for where the endpoint pauses, which is no failing", async () => {
    const { take, giveBack } = await aWard();
    await giveBack(await take(1, "a"), { ...failure, overloaded: true, retryAfterMs: 7_000 });
    expect(await take(3, "b")).toMatchObject({ count: 0, waitUntil: secondsLater(7).getTime(), isFailing: false });
  });

  it("are one, for one, where the circuit was open", async () => {
    const { take, giveBack, later } = await aWard();
    await giveBack(await take(1, "a"), ...Array(5).fill(failure));
    await later(30);
    const probe = await take(5, "b");
    expect(probe.count).toBe(1);
    expect((await take(5, "c")).count).toBe(0);
    await giveBack(probe, { ...success, at: secondsLater(30).getTime() });
    expect((await take(5, "d")).count).toBe(5);
  });

  it("are one for who is urgent while the circuit is open", async () => {
    const { take, giveBack } = await aWard();
    await giveBack(await take(1, "a"), ...Array(5).fill(failure));
    const probe = await take(5, "b", true);
    expect(probe.count).toBe(1);
    expect((await take(5, "c", true)).count).toBe(0);
    await giveBack(probe, failure);
    expect((await take(5, "d", true)).count).toBe(1);
  });

  it("come back by themselves where their holder died", async () => {
    const { take, later, standing } = await aWard();
    for (const id of ["a", "b"]) await take(5, id);
    await later(leaseMs / 1_000 - 1);
    expect((await take(1, "c")).count).toBe(0);
    await later(1);
    expect((await take(1, "d")).count).toBe(1);
    expect(await standing()).toMatchObject({ leases: [{ id: "d", slots: 1 }], vacant: initialLimit - 1 });
  });

  it("come back once, also where their holder was taken for dead", async () => {
    const { take, giveBack, later, standing } = await aWard();
    const late = await take(5, "late");
    await take(5, "dead");
    await later(leaseMs / 1_000);
    await giveBack(await take(1, "next"));
    await giveBack(late, success);
    expect(await standing()).toMatchObject({ leases: [], vacant: initialLimit });
  });

  it("come back with what several learned at the same moment", async () => {
    const { world, clock, standing, take } = await aWard();
    const taken = [await take(5, "a"), await take(5, "b")];
    const given = Promise.all(taken.map((slots) => giveBackSlots(world, endpoint_id, slots, [failure])));
    await clock.run();
    await given;
    expect(await standing()).toMatchObject({ leases: [], vacant: initialLimit, failures: 2 });
  });

  it("come back also where others always learn first, which ends after ten tries", async () => {
    const { world, take, giveBack, standing } = await aWard();
    const slots = await take(5, "a");
    const write = vi.spyOn(world.health, "write").mockResolvedValue(false);
    expect([await giveBack(slots, failure), write.mock.calls.length]).toEqual([
      { hasFailedForLong: false, opened: false },
      10,
    ]);
    expect(await standing()).toMatchObject({ leases: [], vacant: initialLimit, failures: 0 });
  });

  it("of an endpoint that is well come back by one write", async () => {
    const { world, take, giveBack, standing } = await aWard();
    const slots = await take(5, "a");
    const write = vi.spyOn(world.health, "write");
    await giveBack(slots, success, { ...success, at: success.at + 7 });
    expect(write).not.toHaveBeenCalled();
    expect(await standing()).toMatchObject({ version: 0, leases: [], last_success_at: success.at + 7 });
  });
});

it("a circuit that opens is told to who gives back the failure that opens it, once", async () => {
  const { take, giveBack } = await aWard();
  const [first, second] = [await take(1, "a"), await take(1, "b")];
  expect(await giveBack(first, ...Array(5).fill(failure))).toMatchObject({ opened: true });
  expect(await giveBack(second, failure)).toMatchObject({ opened: false });
});

describe("failing for long", () => {
  it("is told to who gives back the failure that completes it", async () => {
    const { take, giveBack, later } = await aWard();
    expect(await giveBack(await take(1, "a"), failure)).toEqual({ hasFailedForLong: false, opened: false });
    await later(failingForMs / 1_000 - 1);
    expect(await giveBack(await take(1, "b"), failure)).toMatchObject({ hasFailedForLong: false });
    await later(1);
    expect(await giveBack(await take(1, "c"), failure)).toMatchObject({ hasFailedForLong: true });
  });

  it("is not what had a success meanwhile, by a batch that began while the endpoint was well", async () => {
    const { take, giveBack, later, clock } = await aWard();
    const [good, bad] = [await take(1, "good"), await take(1, "bad")];
    await giveBack(bad, failure);
    await later(10);
    await giveBack(good, { ...success, at: clock.now().getTime() });
    await later(failingForMs / 1_000 - 10);
    expect(await giveBack(await take(1, "next"), { ...failure, at: clock.now().getTime() })).toMatchObject({
      hasFailedForLong: false,
    });
  });
});

it("slots are never over-leased, and none is lost, whatever happens at the same moment", async () => {
  const kind = fc.constantFrom("success", "failure", "overloaded");
  const action = fc.oneof(
    fc.record({ kind: fc.constant("take" as const), wanted: fc.integer({ min: 1, max: 10 }), isUrgent: fc.boolean() }),
    fc.record({ kind: fc.constant("give" as const), which: fc.nat(), outcomes: fc.array(kind, { maxLength: 4 }) }),
    fc.record({ kind: fc.constant("die" as const), which: fc.nat() }),
  );
  const moment = fc.record({ actions: fc.array(action, { maxLength: 12 }), pause: fc.constantFrom(0, 1, 15, 61, 400) });
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { maxLength: 12 }), async (moments) => {
      let [now, ids] = [testNow.getTime(), 0];
      const health = memoryHealth();
      const ward = { health, slowLane: null, now: () => new Date(now), random: () => 0, sleep: async () => {} };
      const held: Slots[] = [];
      for (const { actions, pause } of moments) {
        await Promise.all(
          actions.map(async (action) => {
            if (action.kind === "take") {
              const id = String(++ids);
              held.push(await takeSlots(ward, endpoint_id, action.wanted, id, action.isUrgent));
              return;
            }
            const [slots] = held.splice(action.which % Math.max(1, held.length), 1);
            if (slots === undefined || action.kind === "die") return;
            const outcomes = action.outcomes.map((kind) => {
              return {
                at: now,
                succeeded: kind === "success",
                overloaded: kind === "overloaded",
                retryAfterMs: null,
                isFailedTest: false,
                duration_ms: 900,
              };
            });
            await giveBackSlots(ward, endpoint_id, slots, outcomes);
          }),
        );
        const { limit, vacant, leases } = await health.read(endpoint_id);
        const leased = leases.reduce((sum, { slots }) => sum + slots, 0);
        expect(vacant + leased).toBe(limit);
        expect(leased).toBeLessThanOrEqual(maxConcurrentSends);
        expect(limit).toBeGreaterThanOrEqual(1);
        expect(limit).toBeLessThanOrEqual(maxConcurrentSends);
        now += pause * 1_000;
      }
    }),
  );
});

import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  growth,
  type Health,
  type HealthStore,
  initialHealth,
  initialLimit,
  type Lease,
  learn,
  leaseMs,
  maxConcurrentSends,
  openAfterFailures,
} from "#shared/webhooks/limits/circuit-breaker.ts";
import { takeSlots } from "#shared/webhooks/limits/concurrency-limiter.ts";
import { testNow } from "#test/support/builders.ts";
import { anEndpointId } from "#test/support/delivery-builders.ts";
import { startTables, storesIn, storesInMemory } from "#test/support/webhook-fixtures.ts";

let real: HealthStore;
beforeAll(async () => {
  real = storesIn(await startTables()).health;
});
const memory = storesInMemory().health;

const now = testNow.getTime();

const aLease = (slots: number, until = now + leaseMs): Lease => ({ id: randomUUID(), slots, until });

const times = <T>(count: number, call: () => Promise<T>) => Promise.all(Array.from({ length: count }, call));

const leased = ({ leases }: Health) => leases.reduce((sum, { slots }) => sum + slots, 0);

/** An endpoint of which this was learned. */
async function learned(health: HealthStore, over: Partial<Health>): Promise<string> {
  const id = anEndpointId();
  await health.write(id, initialHealth, { ...initialHealth, ...over });
  return id;
}

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("the health of an endpoint, in %s", (_, store) => {
  it("is that of a new one until something happens", async () => {
    const id = anEndpointId();
    expect(await store().read(id)).toEqual(initialHealth);
    await store().end(id, aLease(1), now);
    await store().grow(id, maxConcurrentSends);
    expect(await store().probe(id, now + leaseMs, now)).toBe(false);
    expect(await store().read(id)).toEqual(initialHealth);
  });

  describe("a lease", () => {
    it("begins the record of a new endpoint, and is told as it then stands", async () => {
      const id = anEndpointId();
      const lease = aLease(3);
      const { granted, health } = await store().lease(id, lease, now);
      expect([granted, health]).toEqual([true, { ...initialHealth, vacant: initialLimit - 3, leases: [lease] }]);
      expect(await store().read(id)).toEqual(health);
    });

    it("is granted until the limit, however many ask at once", async () => {
      for (const [slots, granted] of [
        [1, 10],
        [2, 5],
        [4, 2],
      ] as const) {
        const id = anEndpointId();
        const answers = await times(40, () => store().lease(id, aLease(slots), now));
        expect(answers.filter((answer) => answer.granted)).toHaveLength(granted);
        const health = await store().read(id);
        expect([leased(health), health.vacant]).toEqual([slots * granted, initialLimit - slots * granted]);
      }
    });

    it("is refused where fewer are vacant, and told what stands", async () => {
      const id = anEndpointId();
      const first = aLease(8);
      await store().lease(id, first, now);
      const { granted, health } = await store().lease(id, aLease(3), now);
      expect([granted, health]).toEqual([false, { ...initialHealth, vacant: initialLimit - 8, leases: [first] }]);
      expect((await store().lease(id, aLease(2), now)).granted).toBe(true);
    });

    it.each<[string, Partial<Health>, boolean]>([
      ["refused while the circuit is open", { failures: openAfterFailures, open_until: now + 1 }, false],
      ["refused while the endpoint pauses", { failures: 1, open_until: now + 1 }, false],
      ["refused while the circuit is half open", { failures: openAfterFailures, open_until: now }, false],
      ["granted after a pause", { failures: openAfterFailures - 1, open_until: now }, true],
    ])("is %s", async (_, over, expected) => {
      const id = await learned(store(), over);
      const { granted, health } = await store().lease(id, aLease(1), now);
      expect(granted).toBe(expected);
      expect(health).toMatchObject(over);
    });

    it("that is asked for twice, as where an answer is lost, is held once", async () => {
      const id = anEndpointId();
      const lease = aLease(5);
      await store().lease(id, lease, now);
      await store().lease(id, lease, now);
      await store().end(id, lease, null);
      expect(await store().read(id)).toMatchObject({ vacant: initialLimit, leases: [] });
    });
  });

  describe("the end of a lease", () => {
    it("gives its slots back once, however often it is told, and tells of a success", async () => {
      const id = anEndpointId();
      const [ended, kept] = [aLease(4), aLease(3)];
      for (const lease of [ended, kept]) await store().lease(id, lease, now);
      await times(10, () => store().end(id, ended, now + 5));
      const standing = { ...initialHealth, vacant: initialLimit - 3, leases: [kept], last_success_at: now + 5 };
      expect(await store().read(id)).toEqual(standing);
    });

    it("leaves the last success where there was none", async () => {
      const id = await learned(store(), { last_success_at: now - 9 });
      const lease = aLease(4);
      await store().lease(id, lease, now);
      await store().end(id, lease, null);
      expect(await store().read(id)).toEqual({ ...initialHealth, version: 1, last_success_at: now - 9 });
    });

    it("comes by whoever looks where its time is over: each slot once, however many look", async () => {
      const id = anEndpointId();
      for (const slots of [5, 3, 2]) await store().lease(id, aLease(slots), now);
      const at = new Date(now + leaseMs);
      const ward = { health: store(), slowLane: null, now: () => at, random: () => 0, sleep: async () => {} };
      const taken = await times(8, () => takeSlots(ward, id, 1, randomUUID(), false));
      expect(taken.map(({ count }) => count)).toEqual(Array(8).fill(1));
      const health = await store().read(id);
      expect(health.leases.filter(({ until }) => until <= at.getTime())).toEqual([]);
      expect([leased(health), health.vacant]).toEqual([8, 2]);
    });
  });

  describe("a probe", () => {
    it.each<[string, Partial<Health>]>([
      ["half open", { failures: openAfterFailures, open_until: now }],
      ["open", { failures: openAfterFailures, open_until: now + 30_000 }],
    ])("is one's alone until its time is over, where the circuit is %s", async (_, over) => {
      const id = await learned(store(), over);
      const until = now + leaseMs;
      expect((await times(20, () => store().probe(id, until, now))).filter(Boolean)).toHaveLength(1);
      expect(await store().probe(id, until, until - 1)).toBe(false);
      expect(await store().probe(id, until + leaseMs, until)).toBe(true);
      expect(await store().read(id)).toMatchObject({ ...over, version: 1, probe_until: until + leaseMs });
    });

    it("ends with what it taught", async () => {
      const id = await learned(store(), { failures: openAfterFailures, open_until: now });
      await store().probe(id, now + leaseMs, now);
      const before = await store().read(id);
      expect(await store().write(id, before, before)).toBe(true);
      expect((await store().read(id)).probe_until).toBeNull();
      expect(await store().probe(id, now + leaseMs, now)).toBe(true);
    });
  });

  describe("growth", () => {
    it("adds vacant slots, and none beyond the most, also where many grow at once", async () => {
      const id = anEndpointId();
      const lease = aLease(7);
      await store().lease(id, lease, now);
      await store().grow(id, maxConcurrentSends);
      const limit = initialLimit + growth;
      expect(await store().read(id)).toMatchObject({ limit, vacant: limit - 7, leases: [lease] });
      await times(20, () => store().grow(id, maxConcurrentSends));
      expect(await store().read(id)).toMatchObject({ limit: maxConcurrentSends, vacant: maxConcurrentSends - 7 });
    });

    it.each([
      [maxConcurrentSends - growth, maxConcurrentSends],
      [maxConcurrentSends - growth + 1, maxConcurrentSends - growth + 1],
    ])("stops where its next step would go beyond: from %d", async (limit, expected) => {
      const id = await learned(store(), { limit });
      await store().grow(id, maxConcurrentSends);
      expect(await store().read(id)).toMatchObject({ limit: expected, vacant: expected });
    });

    it("is noticed by who learns meanwhile, so that no slot is made up or lost", async () => {
      const id = await learned(store(), {});
      const before = await store().read(id);
      await store().grow(id, maxConcurrentSends);
      const overloaded = {
        at: now,
        succeeded: false,
        overloaded: true,
        retryAfterMs: null,
        isFailedTest: false,
        duration_ms: 50,
      };
      await store().write(id, before, learn(before, [overloaded]));
      const { limit, vacant } = await store().read(id);
      expect(vacant).toBe(limit);
    });
  });

  describe("what was learned", () => {
    const failing: Partial<Health> = {
      limit: 3,
      failures: 7,
      openings: 2,
      open_until: now + 30_000,
      failing_since: now - 60_000,
      last_success_at: now - 90_000,
    };

    it("stands as it was written, a version later, also where moments are forgotten", async () => {
      const id = await learned(store(), failing);
      const first = await store().read(id);
      expect(first).toEqual({ ...initialHealth, ...failing, vacant: 3, version: 1 });
      expect(await store().write(id, first, initialHealth)).toBe(true);
      expect(await store().read(id)).toEqual({ ...initialHealth, version: 2 });
    });

    it("is written by one of several who read the same", async () => {
      const id = anEndpointId();
      for (let version = 0; version < 3; version++) {
        const before = await store().read(id);
        const writes = [1, 2, 3, 4].map((failures) => store().write(id, before, { ...before, failures }));
        const won = await Promise.all(writes);
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store().read(id)).toMatchObject({ failures: won.indexOf(true) + 1, version: version + 1 });
      }
    });

    it("is written also where slots were taken and given back meanwhile", async () => {
      const id = anEndpointId();
      const before = await store().read(id);
      const [ended, kept] = [aLease(2), aLease(3)];
      for (const lease of [ended, kept]) await store().lease(id, lease, now);
      await store().end(id, ended, null);
      expect(await store().write(id, before, { ...before, failures: 1 })).toBe(true);
      expect(await store().read(id)).toEqual({
        ...initialHealth,
        ...{ version: 1, failures: 1, vacant: initialLimit - 3, leases: [kept] },
      });
    });

    it("leaves the leases, and takes what the limit loses from the vacant slots, also below zero", async () => {
      const id = anEndpointId();
      const [first, second] = [aLease(5), aLease(4)];
      for (const lease of [first, second]) await store().lease(id, lease, now);
      const before = await store().read(id);
      await store().write(id, before, { ...before, limit: 2, leases: [], vacant: 99 });
      const standing = await store().read(id);
      expect([standing.limit, standing.vacant, leased(standing)]).toEqual([2, 2 - 9, 9]);
      await store().end(id, first, null);
      expect((await store().lease(id, aLease(1), now)).granted).toBe(false);
      await store().end(id, second, null);
      expect(await store().read(id)).toMatchObject({ limit: 2, vacant: 2, leases: [] });
      expect((await store().lease(id, aLease(2), now)).granted).toBe(true);
    });
  });
});

const latency = fc.constantFrom(5, 400, 1_000, 1_001, 12_000);

const command = fc.oneof(
  fc.record({
    kind: fc.constant("lease" as const),
    slots: fc.integer({ min: 1, max: 6 }),
    onlyIfFast: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("end" as const),
    which: fc.nat(),
    succeeded: fc.boolean(),
    latencyMs: fc.option(latency),
  }),
  fc.record({ kind: fc.constant("shrink" as const), which: fc.nat() }),
  fc.record({ kind: fc.constant("probe" as const) }),
  fc.record({ kind: fc.constant("grow" as const) }),
  fc.record({ kind: fc.constant("read" as const) }),
  fc.record({
    kind: fc.constant("learn" as const),
    outcome: fc.constantFrom("success", "failure", "failure", "overloaded"),
    times: fc.integer({ min: 1, max: 5 }),
    duration_ms: latency,
  }),
);

/** The leases of an item have no order. */
const inOrder = (health: Health) => ({
  ...health,
  leases: health.leases.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
});

it("health in memory does what that in DynamoDB does, whatever comes, and no slot is made up or lost", async () => {
  const step = fc.record({ command, pause: fc.constantFrom(0, 0, 1_000, 15_000, leaseMs) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      const id = anEndpointId();
      const twin = storesInMemory().health;
      const leases: Lease[] = [];
      let at = now;
      /** What somebody learns from, who may have read it some time ago. */
      let before = initialHealth;
      const onBoth = async <T>(call: (store: HealthStore) => Promise<T>): Promise<T> => {
        const [expected, answer] = await Promise.all([call(twin), call(real)]);
        expect(answer).toEqual(expected);
        return answer;
      };
      const standing = () => onBoth(async (store) => inOrder(await store.read(id)));
      for (const { command, pause } of steps) {
        at += pause;
        if (command.kind === "lease") {
          const lease = aLease(command.slots, at + leaseMs);
          const { granted } = await onBoth(async (store) => {
            const { granted, health } = await store.lease(id, lease, at, command.onlyIfFast);
            return { granted, health: inOrder(health) };
          });
          if (granted) leases.push(lease);
        } else if (command.kind === "end") {
          const lease = leases[command.which % leases.length];
          const succeededAt = command.succeeded ? at : null;
          if (lease !== undefined) await onBoth((store) => store.end(id, lease, succeededAt, command.latencyMs));
        } else if (command.kind === "shrink") {
          const lease = leases[command.which % leases.length];
          if (lease !== undefined) await onBoth((store) => store.shrink(id, lease, Math.min(1, lease.slots)));
        } else if (command.kind === "probe") await onBoth((store) => store.probe(id, at + leaseMs, at));
        else if (command.kind === "grow") await onBoth((store) => store.grow(id, maxConcurrentSends));
        else if (command.kind === "read") before = await standing();
        else {
          const [succeeded, overloaded] = [command.outcome === "success", command.outcome === "overloaded"];
          const outcome = {
            at,
            succeeded,
            overloaded,
            retryAfterMs: null,
            isFailedTest: false,
            duration_ms: command.duration_ms,
          };
          const after = learn(before, Array(command.times).fill(outcome));
          await onBoth((store) => store.write(id, before, after));
        }
        const health = await standing();
        expect(health.vacant + leased(health)).toBe(health.limit);
      }
    }),
    { numRuns: 60 },
  );
});

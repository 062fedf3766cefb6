import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  applyOutcomes,
  limitIncrement,
  maxConcurrencyLimit,
  openAfterFailures,
} from "#shared/webhooks/limits/circuit-breaker.ts";
import {
  type EndpointHealth,
  type EndpointHealthList,
  type EndpointHealthStore,
  initialConcurrencyLimit,
  initialHealth,
  leaseMs,
  type PermitLease,
} from "#shared/webhooks/limits/endpoint-health.ts";
import { acquireEndpointPermits, countPermits } from "#shared/webhooks/limits/endpoint-permits.ts";
import { testNow } from "#test/support/builders.ts";
import { anEndpointId } from "#test/support/webhooks/delivery-builders.ts";
import {
  createDynamodbStores,
  createMemoryStores,
  createWebhookTables,
} from "#test/support/webhooks/webhook-stores.ts";

let real: EndpointHealthStore & EndpointHealthList;
beforeAll(async () => {
  real = createDynamodbStores(await createWebhookTables()).health;
});
const memory = createMemoryStores().health;

const now = testNow.getTime();

const aLease = (permits: number, expiresAt = now + leaseMs): PermitLease => ({ id: randomUUID(), permits, expiresAt });

const times = <T>(count: number, call: () => Promise<T>) => Promise.all(Array.from({ length: count }, call));

const leased = ({ leases }: EndpointHealth) => leases.reduce((sum, { permits }) => sum + permits, 0);

/** Creates an endpoint with this health. */
async function endpointWith(health: EndpointHealthStore, over: Partial<EndpointHealth>): Promise<string> {
  const id = anEndpointId();
  await health.update(id, initialHealth, { ...initialHealth, ...over });
  return id;
}

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("endpoint health store in %s", (_, store) => {
  it("lists the health of those endpoints to which something was sent", async () => {
    const first = await endpointWith(store(), { failures: 2, latency_ms: 120 });
    const second = await endpointWith(store(), {});
    await endpointWith(store(), { failures: 9 });
    const healths = await store().list([first, anEndpointId(), second]);
    expect([...healths.keys()].sort()).toEqual([first, second].sort());
    expect(healths.get(first)).toEqual(await store().get(first));
  });

  it("returns the initial health of a new endpoint", async () => {
    const id = anEndpointId();
    expect(await store().get(id)).toEqual(initialHealth);
    await store().release(id, aLease(1), now);
    await store().increaseLimit(id, maxConcurrencyLimit);
    expect(await store().acquireProbe(id, now + leaseMs, now)).toBe(false);
    expect(await store().get(id)).toEqual(initialHealth);
  });

  describe("acquire", () => {
    it("creates the health of a new endpoint and returns it", async () => {
      const id = anEndpointId();
      const lease = aLease(3);
      const { granted, health } = await store().acquire(id, lease, now);
      expect([granted, health]).toEqual([
        true,
        { ...initialHealth, available: initialConcurrencyLimit - 3, leases: [lease] },
      ]);
      expect(await store().get(id)).toEqual(health);
    });

    it("grants concurrent leases up to the limit", async () => {
      for (const [permits, granted] of [
        [1, 10],
        [2, 5],
        [4, 2],
      ] as const) {
        const id = anEndpointId();
        const results = await times(40, () => store().acquire(id, aLease(permits), now));
        expect(results.filter(({ granted }) => granted)).toHaveLength(granted);
        const health = await store().get(id);
        expect([leased(health), health.available]).toEqual([
          permits * granted,
          initialConcurrencyLimit - permits * granted,
        ]);
      }
    });

    it("is refused when fewer permits are available, and returns the current health", async () => {
      const id = anEndpointId();
      const first = aLease(8);
      await store().acquire(id, first, now);
      const { granted, health } = await store().acquire(id, aLease(3), now);
      expect([granted, health]).toEqual([
        false,
        { ...initialHealth, available: initialConcurrencyLimit - 8, leases: [first] },
      ]);
      expect((await store().acquire(id, aLease(2), now)).granted).toBe(true);
    });

    it.each<[string, Partial<EndpointHealth>, boolean]>([
      ["refused while the circuit is open", { failures: openAfterFailures, open_until: now + 1 }, false],
      ["refused while the endpoint pauses", { failures: 1, open_until: now + 1 }, false],
      ["refused while the circuit is half open", { failures: openAfterFailures, open_until: now }, false],
      ["granted after a pause", { failures: openAfterFailures - 1, open_until: now }, true],
    ])("is %s", async (_, over, expected) => {
      const id = await endpointWith(store(), over);
      const { granted, health } = await store().acquire(id, aLease(1), now);
      expect(granted).toBe(expected);
      expect(health).toMatchObject(over);
    });

    it("is idempotent when a response was lost", async () => {
      const id = anEndpointId();
      const lease = aLease(5);
      await store().acquire(id, lease, now);
      await store().acquire(id, lease, now);
      await store().release(id, lease, null);
      expect(await store().get(id)).toMatchObject({ available: initialConcurrencyLimit, leases: [] });
    });
  });

  describe("release", () => {
    it("is idempotent and records the success", async () => {
      const id = anEndpointId();
      const ended = aLease(4);
      const kept = aLease(3);
      for (const lease of [ended, kept]) await store().acquire(id, lease, now);
      await times(10, () => store().release(id, ended, now + 5));
      const expected = {
        ...initialHealth,
        available: initialConcurrencyLimit - 3,
        leases: [kept],
        last_success_at: now + 5,
      };
      expect(await store().get(id)).toEqual(expected);
    });

    it("keeps the last success when there was no new one", async () => {
      const id = await endpointWith(store(), { last_success_at: now - 9 });
      const lease = aLease(4);
      await store().acquire(id, lease, now);
      await store().release(id, lease, null);
      expect(await store().get(id)).toEqual({ ...initialHealth, version: 1, last_success_at: now - 9 });
    });

    it("reclaims each permit of expired leases once, with concurrent callers", async () => {
      const id = anEndpointId();
      for (const permits of [5, 3, 2]) await store().acquire(id, aLease(permits), now);
      const at = new Date(now + leaseMs);
      const ports = { health: store(), slowLane: null, now: () => at, random: () => 0, sleep: async () => {} };
      const acquired = await times(8, () =>
        acquireEndpointPermits(ports, id, { count: 1, id: randomUUID(), isManual: false }),
      );
      expect(acquired.map(countPermits)).toEqual(Array(8).fill(1));
      const health = await store().get(id);
      expect(health.leases.filter(({ expiresAt }) => expiresAt <= at.getTime())).toEqual([]);
      expect([leased(health), health.available]).toEqual([8, 2]);
    });
  });

  describe("acquireProbe", () => {
    it.each<[string, Partial<EndpointHealth>]>([
      ["half open", { failures: openAfterFailures, open_until: now }],
      ["open", { failures: openAfterFailures, open_until: now + 30_000 }],
    ])("grants one probe at a time while the circuit is %s", async (_, over) => {
      const id = await endpointWith(store(), over);
      const until = now + leaseMs;
      expect((await times(20, () => store().acquireProbe(id, until, now))).filter(Boolean)).toHaveLength(1);
      expect(await store().acquireProbe(id, until, until - 1)).toBe(false);
      expect(await store().acquireProbe(id, until + leaseMs, until)).toBe(true);
      expect(await store().get(id)).toMatchObject({ ...over, version: 1, probe_until: until + leaseMs });
    });

    it("ends when its outcome is recorded", async () => {
      const id = await endpointWith(store(), { failures: openAfterFailures, open_until: now });
      await store().acquireProbe(id, now + leaseMs, now);
      const before = await store().get(id);
      expect(await store().update(id, before, before)).toBe(true);
      expect((await store().get(id)).probe_until).toBeNull();
      expect(await store().acquireProbe(id, now + leaseMs, now)).toBe(true);
    });
  });

  describe("increaseLimit", () => {
    it("adds available permits up to the maximum, with concurrent callers", async () => {
      const id = anEndpointId();
      const lease = aLease(7);
      await store().acquire(id, lease, now);
      await store().increaseLimit(id, maxConcurrencyLimit);
      const limit = initialConcurrencyLimit + limitIncrement;
      expect(await store().get(id)).toMatchObject({ limit, available: limit - 7, leases: [lease] });
      await times(20, () => store().increaseLimit(id, maxConcurrencyLimit));
      expect(await store().get(id)).toMatchObject({ limit: maxConcurrencyLimit, available: maxConcurrencyLimit - 7 });
    });

    it.each([
      [maxConcurrencyLimit - limitIncrement, maxConcurrencyLimit],
      [maxConcurrencyLimit - limitIncrement + 1, maxConcurrencyLimit - limitIncrement + 1],
    ])("does not exceed the maximum: from %d", async (limit, expected) => {
      const id = await endpointWith(store(), { limit });
      await store().increaseLimit(id, maxConcurrencyLimit);
      expect(await store().get(id)).toMatchObject({ limit: expected, available: expected });
    });

    it("conflicts with a concurrent update, so that no permit is lost", async () => {
      const id = await endpointWith(store(), {});
      const before = await store().get(id);
      await store().increaseLimit(id, maxConcurrencyLimit);
      const overloaded = {
        at: now,
        succeeded: false,
        overloaded: true,
        retryAfterMs: null,
        isFailedTest: false,
        duration_ms: 50,
      };
      await store().update(id, before, applyOutcomes(before, [overloaded]));
      const { limit, available } = await store().get(id);
      expect(available).toBe(limit);
    });
  });

  describe("update", () => {
    const failing: Partial<EndpointHealth> = {
      limit: 3,
      failures: 7,
      openCount: 2,
      open_until: now + 30_000,
      failing_since: now - 60_000,
      last_success_at: now - 90_000,
    };

    it("replaces the health with a new version, also with times that become null", async () => {
      const id = await endpointWith(store(), failing);
      const first = await store().get(id);
      expect(first).toEqual({ ...initialHealth, ...failing, available: 3, version: 1 });
      expect(await store().update(id, first, initialHealth)).toBe(true);
      expect(await store().get(id)).toEqual({ ...initialHealth, version: 2 });
    });

    it("succeeds for one of several that read the same version", async () => {
      const id = anEndpointId();
      for (let version = 0; version < 3; version++) {
        const before = await store().get(id);
        const writes = [1, 2, 3, 4].map((failures) => store().update(id, before, { ...before, failures }));
        const won = await Promise.all(writes);
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store().get(id)).toMatchObject({ failures: won.indexOf(true) + 1, version: version + 1 });
      }
    });

    it("succeeds when permits were acquired and released meanwhile", async () => {
      const id = anEndpointId();
      const before = await store().get(id);
      const ended = aLease(2);
      const kept = aLease(3);
      for (const lease of [ended, kept]) await store().acquire(id, lease, now);
      await store().release(id, ended, null);
      expect(await store().update(id, before, { ...before, failures: 1 })).toBe(true);
      expect(await store().get(id)).toEqual({
        ...initialHealth,
        ...{ version: 1, failures: 1, available: initialConcurrencyLimit - 3, leases: [kept] },
      });
    });

    it("keeps the leases and subtracts a lower limit from the available permits, even below zero", async () => {
      const id = anEndpointId();
      const first = aLease(5);
      const second = aLease(4);
      for (const lease of [first, second]) await store().acquire(id, lease, now);
      const before = await store().get(id);
      await store().update(id, before, { ...before, limit: 2, leases: [], available: 99 });
      const health = await store().get(id);
      expect([health.limit, health.available, leased(health)]).toEqual([2, 2 - 9, 9]);
      await store().release(id, first, null);
      expect((await store().acquire(id, aLease(1), now)).granted).toBe(false);
      await store().release(id, second, null);
      expect(await store().get(id)).toMatchObject({ limit: 2, available: 2, leases: [] });
      expect((await store().acquire(id, aLease(2), now)).granted).toBe(true);
    });
  });
});

const latency = fc.constantFrom(5, 400, 1_000, 1_001, 12_000);

const command = fc.oneof(
  fc.record({
    kind: fc.constant("acquire" as const),
    permits: fc.integer({ min: 1, max: 6 }),
    onlyIfFast: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("release" as const),
    which: fc.nat(),
    succeeded: fc.boolean(),
    latencyMs: fc.option(latency),
  }),
  fc.record({ kind: fc.constant("releaseUnused" as const), which: fc.nat() }),
  fc.record({ kind: fc.constant("probe" as const) }),
  fc.record({ kind: fc.constant("increaseLimit" as const) }),
  fc.record({ kind: fc.constant("read" as const) }),
  fc.record({
    kind: fc.constant("update" as const),
    outcome: fc.constantFrom("success", "failure", "failure", "overloaded"),
    times: fc.integer({ min: 1, max: 5 }),
    duration_ms: latency,
  }),
);

/** Sorts the leases, which have no order in an item. */
const inOrder = (health: EndpointHealth) => ({
  ...health,
  leases: health.leases.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
});

it("(property) the memory store behaves like DynamoDB, and no permit is lost", async () => {
  const step = fc.record({ command, pause: fc.constantFrom(0, 0, 1_000, 15_000, leaseMs) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      const id = anEndpointId();
      const twin = createMemoryStores().health;
      const leases: PermitLease[] = [];
      let at = now;
      /** The health that an update is based on, which may be outdated. */
      let before = initialHealth;
      const onBoth = async <T>(call: (store: EndpointHealthStore) => Promise<T>): Promise<T> => {
        const [expected, actual] = await Promise.all([call(twin), call(real)]);
        expect(actual).toEqual(expected);
        return actual;
      };
      const getHealth = () => onBoth(async (store) => inOrder(await store.get(id)));
      for (const { command, pause } of steps) {
        at += pause;
        if (command.kind === "acquire") {
          const lease = aLease(command.permits, at + leaseMs);
          const { granted } = await onBoth(async (store) => {
            const { granted, health } = await store.acquire(id, lease, at, command.onlyIfFast);
            return { granted, health: inOrder(health) };
          });
          if (granted) leases.push(lease);
        } else if (command.kind === "release") {
          const lease = leases[command.which % leases.length];
          const succeededAt = command.succeeded ? at : null;
          if (lease !== undefined) await onBoth((store) => store.release(id, lease, succeededAt, command.latencyMs));
        } else if (command.kind === "releaseUnused") {
          const lease = leases[command.which % leases.length];
          if (lease !== undefined) await onBoth((store) => store.releaseUnused(id, lease, Math.min(1, lease.permits)));
        } else if (command.kind === "probe") await onBoth((store) => store.acquireProbe(id, at + leaseMs, at));
        else if (command.kind === "increaseLimit")
          await onBoth((store) => store.increaseLimit(id, maxConcurrencyLimit));
        else if (command.kind === "read") before = await getHealth();
        else {
          const succeeded = command.outcome === "success";
          const overloaded = command.outcome === "overloaded";
          const outcome = {
            at,
            succeeded,
            overloaded,
            retryAfterMs: null,
            isFailedTest: false,
            duration_ms: command.duration_ms,
          };
          const after = applyOutcomes(before, Array(command.times).fill(outcome));
          await onBoth((store) => store.update(id, before, after));
        }
        const health = await getHealth();
        expect(health.available + leased(health)).toBe(health.limit);
      }
    }),
    { numRuns: 60 },
  );
});

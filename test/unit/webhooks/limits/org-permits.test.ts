import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { leaseMs } from "#shared/webhooks/limits/endpoint-health.ts";
import { NegativeCache } from "#shared/webhooks/limits/negative-cache.ts";
import { acquireOrgPermits, type OrgPermits, permitPoolOf } from "#shared/webhooks/limits/org-permits.ts";
import { testNow } from "#test/support/builders.ts";
import { memoryOrgPermits } from "#test/support/memory/webhooks.ts";
import { anEndpointId } from "#test/support/webhooks/delivery-builders.ts";

const start = testNow.getTime();
const org_id = "org_1";

const fastLane = { send: async () => [] };

function orgPermitsFixture(sendsPerOrg: number, slowLane: DeliveryPorts["slowLane"] = fastLane) {
  let now = start;
  const orgPermits = memoryOrgPermits();
  const ports = { orgPermits, sendsPerOrg, slowLane, negativeCache: new NegativeCache(), now: () => new Date(now) };
  return {
    orgPermits,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Acquires permits for an endpoint that has running requests. */
    acquire: (endpoint_id: string, count: number, id: string) =>
      acquireOrgPermits(ports, { org_id, endpoint_id }, { count, id, isFirst: false }),
    acquireFirst: (endpoint_id: string, count: number, id: string) =>
      acquireOrgPermits(ports, { org_id, endpoint_id }, { count, id, isFirst: true }),
    release: ({ pool, lease }: OrgPermits) => orgPermits.release(pool, lease),
  };
}

describe("permitPoolOf", () => {
  it.each([
    [10, 1, 10],
    [25, 1, 25],
    [26, 2, 13],
    [100, 4, 25],
    [110, 5, 22],
  ])("divides %d permits into %d pools of %d", (sendsPerOrg, pools, size) => {
    const found = Array.from({ length: 200 }, () =>
      permitPoolOf(org_id, anEndpointId(), { sendsPerOrg, slowLane: null }),
    );
    expect(new Set(found.map(({ part }) => part)).size).toBe(pools);
    expect(new Set(found.map((pool) => pool.size))).toEqual(new Set([size]));
  });

  it("returns other pools on the fast lane", () => {
    const partsWith = (slowLane: DeliveryPorts["slowLane"]) =>
      Array.from({ length: 200 }, () => permitPoolOf(org_id, anEndpointId(), { sendsPerOrg: 100, slowLane }).part);
    const onSlowLane = new Set(partsWith(null));
    expect(partsWith(fastLane).filter((part) => onSlowLane.has(part))).toEqual([]);
  });
});

describe("acquireOrgPermits", () => {
  it("acquires the available permits when they are fewer than requested", async () => {
    const { acquire } = orgPermitsFixture(7);
    expect((await acquire("wh_1", 5, "a"))?.lease.permits).toBe(5);
    expect((await acquire("wh_2", 5, "b"))?.lease.permits).toBe(2);
    expect(await acquire("wh_3", 5, "c")).toBeNull();
  });

  it("does not try a pool again within two seconds of a refusal", async () => {
    const { acquire, release, advance, orgPermits } = orgPermitsFixture(5);
    const all = await acquire("wh_1", 5, "a");
    if (all === null) throw new Error("No permits were granted.");
    expect(await acquire("wh_1", 1, "b")).toBeNull();
    await release(all);
    const asked = vi.spyOn(orgPermits, "acquire");
    expect(await acquire("wh_1", 1, "c")).toBeNull();
    expect(asked).not.toHaveBeenCalled();
    advance(1_999);
    expect(await acquire("wh_1", 1, "d")).toBeNull();
    advance(1);
    expect((await acquire("wh_1", 1, "e"))?.lease.permits).toBe(1);
  });

  it("reclaims the permits of an expired lease", async () => {
    const { acquire, advance } = orgPermitsFixture(5);
    await acquire("wh_1", 5, "expired");
    advance(leaseMs - 2_000);
    expect(await acquire("wh_1", 5, "early")).toBeNull();
    advance(2_000);
    expect((await acquire("wh_1", 5, "late"))?.lease.permits).toBe(5);
  });

  it("reserves permits on the slow lane for endpoints without a running request, one each", async () => {
    const { acquire, acquireFirst } = orgPermitsFixture(10, null);
    expect((await acquireFirst("wh_1", 5, "a"))?.lease.permits).toBe(5);
    expect((await acquire("wh_1", 5, "b"))?.lease.permits).toBe(3);
    expect(await acquire("wh_1", 5, "c")).toBeNull();
    for (const id of ["d", "e"]) expect((await acquireFirst(`wh_${id}`, 5, id))?.lease.permits).toBe(1);
    expect(await acquireFirst("wh_h", 5, "h")).toBeNull();
  });

  it("(property) never grants more permits than the organisation has", async () => {
    const step = fc.record({
      endpoint: fc.nat(9),
      isFirst: fc.boolean(),
      count: fc.integer({ min: 1, max: 5 }),
      releases: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.array(step, { maxLength: 60 }), async (bound, steps) => {
        const { acquire, acquireFirst, release, advance } = orgPermitsFixture(bound, null);
        const held: OrgPermits[] = [];
        for (const [at, { endpoint, isFirst, count, releases }] of steps.entries()) {
          const acquired = releases
            ? null
            : await (isFirst ? acquireFirst : acquire)(`wh_${endpoint}`, count, String(at));
          if (acquired !== null) held.push(acquired);
          const released = releases ? held.shift() : undefined;
          if (released !== undefined) await release(released);
          advance(300);
          expect(held.reduce((sum, { lease }) => sum + lease.permits, 0)).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { leaseMs } from "#shared/webhooks/limits/endpoint-health.ts";
import { NegativeCache } from "#shared/webhooks/limits/negative-cache.ts";
import { acquireOrgPermits, type OrgPermits, permitPoolOf } from "#shared/webhooks/limits/org-permits.ts";
import { testNow } from "#test/support/builders.ts";
import { memoryOrgPermits } from "#test/support/memory/webhooks.ts";
import { anEndpointId } from "#test/support/webhooks/delivery-builders.ts";

const begun = testNow.getTime();
const org_id = "org_1";

const fastLane = { send: async () => [] };

function organisationWith(sendsPerOrg: number, slowLane: DeliveryPorts["slowLane"] = fastLane) {
  let now = begun;
  const orgPermits = memoryOrgPermits();
  const ports = { orgPermits, sendsPerOrg, slowLane, negativeCache: new NegativeCache(), now: () => new Date(now) };
  return {
    orgPermits,
    later: (milliseconds: number) => {
      now += milliseconds;
    },
    /** As an endpoint that has sends under way. */
    take: (endpoint_id: string, wanted: number, id: string) =>
      acquireOrgPermits(ports, { org_id, endpoint_id }, { count: wanted, id, isFirst: false }),
    takeFirst: (endpoint_id: string, wanted: number, id: string) =>
      acquireOrgPermits(ports, { org_id, endpoint_id }, { count: wanted, id, isFirst: true }),
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
    const { take } = organisationWith(7);
    expect((await take("wh_1", 5, "a"))?.lease.permits).toBe(5);
    expect((await take("wh_2", 5, "b"))?.lease.permits).toBe(2);
    expect(await take("wh_3", 5, "c")).toBeNull();
  });

  it("does not try a pool again within two seconds of a refusal", async () => {
    const { take, release, later, orgPermits } = organisationWith(5);
    const all = await take("wh_1", 5, "a");
    if (all === null) throw new Error("No permits were given.");
    expect(await take("wh_1", 1, "b")).toBeNull();
    await release(all);
    const asked = vi.spyOn(orgPermits, "acquire");
    expect(await take("wh_1", 1, "c")).toBeNull();
    expect(asked).not.toHaveBeenCalled();
    later(1_999);
    expect(await take("wh_1", 1, "d")).toBeNull();
    later(1);
    expect((await take("wh_1", 1, "e"))?.lease.permits).toBe(1);
  });

  it("reclaims the permits of an expired lease", async () => {
    const { take, later } = organisationWith(5);
    await take("wh_1", 5, "expired");
    later(leaseMs - 2_000);
    expect(await take("wh_1", 5, "early")).toBeNull();
    later(2_000);
    expect((await take("wh_1", 5, "late"))?.lease.permits).toBe(5);
  });

  it("reserves permits on the slow lane for endpoints without a running request, one each", async () => {
    const { take, takeFirst } = organisationWith(10, null);
    expect((await takeFirst("wh_1", 5, "a"))?.lease.permits).toBe(5);
    expect((await take("wh_1", 5, "b"))?.lease.permits).toBe(3);
    expect(await take("wh_1", 5, "c")).toBeNull();
    for (const id of ["d", "e"]) expect((await takeFirst(`wh_${id}`, 5, id))?.lease.permits).toBe(1);
    expect(await takeFirst("wh_h", 5, "h")).toBeNull();
  });

  it("(property) never grants more permits than the organisation has", async () => {
    const step = fc.record({
      endpoint: fc.nat(9),
      isFirst: fc.boolean(),
      wanted: fc.integer({ min: 1, max: 5 }),
      gives: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.array(step, { maxLength: 60 }), async (bound, steps) => {
        const { take, takeFirst, release, later } = organisationWith(bound, null);
        const held: OrgPermits[] = [];
        for (const [at, { endpoint, isFirst, wanted, gives }] of steps.entries()) {
          const taken = gives ? null : await (isFirst ? takeFirst : take)(`wh_${endpoint}`, wanted, String(at));
          if (taken !== null) held.push(taken);
          const given = gives ? held.shift() : undefined;
          if (given !== undefined) await release(given);
          later(300);
          expect(held.reduce((sum, { lease }) => sum + lease.permits, 0)).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });
});

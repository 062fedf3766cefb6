import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { leaseMs } from "#shared/webhooks/limits/circuit-breaker.ts";
import { type Permits, permitPoolOf, takePermits } from "#shared/webhooks/limits/org-permits.ts";
import { Refusals } from "#shared/webhooks/limits/refusals.ts";
import { testNow } from "#test/support/builders.ts";
import { anEndpointId } from "#test/support/delivery-builders.ts";
import { memoryPermits } from "#test/support/memory-webhooks.ts";

const begun = testNow.getTime();
const org_id = "org_1";

const fastLane = { send: async () => [] };

function organisationWith(sendsPerOrg: number, slowLane: DeliveryWorld["slowLane"] = fastLane) {
  let now = begun;
  const permits = memoryPermits();
  const ports = { permits, sendsPerOrg, slowLane, refusals: new Refusals(), now: () => new Date(now) };
  return {
    permits,
    later: (milliseconds: number) => {
      now += milliseconds;
    },
    /** As an endpoint that has sends under way. */
    take: (endpoint_id: string, wanted: number, id: string) =>
      takePermits(ports, { org_id, endpoint_id }, { wanted, id, isFirst: false }),
    takeFirst: (endpoint_id: string, wanted: number, id: string) =>
      takePermits(ports, { org_id, endpoint_id }, { wanted, id, isFirst: true }),
    giveBack: ({ pool, lease }: Permits) => permits.giveBack(pool, lease),
  };
}

describe("the pools of an organisation", () => {
  it.each([
    [10, 1, 10],
    [25, 1, 25],
    [26, 2, 13],
    [100, 4, 25],
    [110, 5, 22],
  ])("of %d sends are %d, of %d each", (sendsPerOrg, pools, size) => {
    const found = Array.from({ length: 200 }, () =>
      permitPoolOf(org_id, anEndpointId(), { sendsPerOrg, slowLane: null }),
    );
    expect(new Set(found.map(({ part }) => part)).size).toBe(pools);
    expect(new Set(found.map((pool) => pool.size))).toEqual(new Set([size]));
  });

  it("are others on the fast lane", () => {
    const partsWith = (slowLane: DeliveryWorld["slowLane"]) =>
      Array.from({ length: 200 }, () => permitPoolOf(org_id, anEndpointId(), { sendsPerOrg: 100, slowLane }).part);
    const onSlowLane = new Set(partsWith(null));
    expect(partsWith(fastLane).filter((part) => onSlowLane.has(part))).toEqual([]);
  });
});

describe("permits", () => {
  it("are as many as are free, where those are fewer than wanted", async () => {
    const { take } = organisationWith(7);
    expect((await take("wh_1", 5, "a"))?.lease.slots).toBe(5);
    expect((await take("wh_2", 5, "b"))?.lease.slots).toBe(2);
    expect(await take("wh_3", 5, "c")).toBeNull();
  });

  it("are not asked for again within two seconds of a refusal", async () => {
    const { take, giveBack, later, permits } = organisationWith(5);
    const all = await take("wh_1", 5, "a");
    if (all === null) throw new Error("No permits were given.");
    expect(await take("wh_1", 1, "b")).toBeNull();
    await giveBack(all);
    const asked = vi.spyOn(permits, "take");
    expect(await take("wh_1", 1, "c")).toBeNull();
    expect(asked).not.toHaveBeenCalled();
    later(1_999);
    expect(await take("wh_1", 1, "d")).toBeNull();
    later(1);
    expect((await take("wh_1", 1, "e"))?.lease.slots).toBe(1);
  });

  it("come back by themselves where their holder died", async () => {
    const { take, later } = organisationWith(5);
    await take("wh_1", 5, "dead");
    later(leaseMs - 2_000);
    expect(await take("wh_1", 5, "early")).toBeNull();
    later(2_000);
    expect((await take("wh_1", 5, "late"))?.lease.slots).toBe(5);
  });

  it("on the slow lane are kept in part for endpoints without a send under way, one for each", async () => {
    const { take, takeFirst } = organisationWith(10, null);
    expect((await takeFirst("wh_1", 5, "a"))?.lease.slots).toBe(5);
    expect((await take("wh_1", 5, "b"))?.lease.slots).toBe(3);
    expect(await take("wh_1", 5, "c")).toBeNull();
    for (const id of ["d", "e"]) expect((await takeFirst(`wh_${id}`, 5, id))?.lease.slots).toBe(1);
    expect(await takeFirst("wh_h", 5, "h")).toBeNull();
  });

  it("are never more than the organisation may have, whatever is taken and given back", async () => {
    const step = fc.record({
      endpoint: fc.nat(9),
      isFirst: fc.boolean(),
      wanted: fc.integer({ min: 1, max: 5 }),
      gives: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.array(step, { maxLength: 60 }), async (bound, steps) => {
        const { take, takeFirst, giveBack, later } = organisationWith(bound, null);
        const held: Permits[] = [];
        for (const [at, { endpoint, isFirst, wanted, gives }] of steps.entries()) {
          const taken = gives ? null : await (isFirst ? takeFirst : take)(`wh_${endpoint}`, wanted, String(at));
          if (taken !== null) held.push(taken);
          const given = gives ? held.shift() : undefined;
          if (given !== undefined) await giveBack(given);
          later(300);
          expect(held.reduce((sum, { lease }) => sum + lease.slots, 0)).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createOrgBackoff } from "#shared/events/ingest/org-backoff.ts";

const latest = 1 - Number.EPSILON;

describe("createOrgBackoff", () => {
  it("waits only for the throttled organisation, until its wait is over", () => {
    const holds = createOrgBackoff();
    const hold = holds.recordThrottling("org_hot", 1_000, latest);
    expect(hold?.failures).toBe(1);
    expect(hold?.waitMs).toBeCloseTo(500);
    expect([1_000, 1_499, 1_501].map((ms) => holds.isBackingOff("org_hot", ms))).toEqual([true, true, false]);
    expect(holds.isBackingOff("org_quiet", 1_000)).toBe(false);
  });

  it("counts failures during a wait as one", () => {
    const holds = createOrgBackoff();
    holds.recordThrottling("org_hot", 1_000, latest);
    expect(holds.recordThrottling("org_hot", 1_100, latest)).toBeNull();
    expect(holds.recordThrottling("org_hot", 2_000, latest)?.failures).toBe(2);
  });

  it("doubles the wait with each failure up to five seconds, and resets it after a success", () => {
    const holds = createOrgBackoff();
    let now = 0;
    const waits = Array.from({ length: 7 }, () => {
      const waitMs = holds.recordThrottling("org_hot", now, latest)?.waitMs ?? 0;
      now += waitMs + 1;
      return Math.round(waitMs);
    });
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    holds.recordStored("org_hot", now);
    expect(holds.recordThrottling("org_hot", now, latest)?.failures).toBe(1);
  });

  it("does not end a wait when another event of the organisation is stored", () => {
    const holds = createOrgBackoff();
    holds.recordThrottling("org_hot", 1_000, latest);
    holds.recordStored("org_hot", 1_001);
    expect(holds.isBackingOff("org_hot", 1_002)).toBe(true);
  });

  it("drops the organisation that was throttled first when it is full", () => {
    const holds = createOrgBackoff(2);
    for (const org of ["a", "b", "c"]) holds.recordThrottling(org, 0, latest);
    expect(["a", "b", "c"].map((org) => holds.isBackingOff(org, 1))).toEqual([false, true, true]);
  });

  it("(property) never waits for an organisation that was not throttled", () => {
    const steps = fc.array(
      fc.record({ org: fc.constantFrom("a", "b", "c"), after: fc.nat(3_000), fails: fc.boolean() }),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const holds = createOrgBackoff();
        let now = 0;
        for (const { org, after, fails } of all) {
          now += after;
          if (fails) holds.recordThrottling(org, now, 0.5);
          else holds.recordStored(org, now);
          expect(holds.isBackingOff("innocent", now)).toBe(false);
        }
      }),
    );
  });
});

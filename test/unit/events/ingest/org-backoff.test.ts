import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createOrgHolds } from "#shared/events/ingest/org-backoff.ts";

const latest = 1 - Number.EPSILON;

describe("the holds of an instance", () => {
  it("hold an organisation that was throttled until its wait is over, and no other", () => {
    const holds = createOrgHolds();
    const hold = holds.throttled("org_hot", 1_000, latest);
    expect(hold?.failures).toBe(1);
    expect(hold?.waitMs).toBeCloseTo(500);
    expect([1_000, 1_499, 1_501].map((ms) => holds.isHeld("org_hot", ms))).toEqual([true, true, false]);
    expect(holds.isHeld("org_quiet", 1_000)).toBe(false);
  });

  it("count what fails during a wait as one failure", () => {
    const holds = createOrgHolds();
    holds.throttled("org_hot", 1_000, latest);
    expect(holds.throttled("org_hot", 1_100, latest)).toBeNull();
    expect(holds.throttled("org_hot", 2_000, latest)?.failures).toBe(2);
  });

  it("wait longer with each failure, to five seconds, and begin anew after a success", () => {
    const holds = createOrgHolds();
    let now = 0;
    const waits = Array.from({ length: 7 }, () => {
      const waitMs = holds.throttled("org_hot", now, latest)?.waitMs ?? 0;
      now += waitMs + 1;
      return Math.round(waitMs);
    });
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    holds.stored("org_hot", now);
    expect(holds.throttled("org_hot", now, latest)?.failures).toBe(1);
  });

  it("are not ended by an event that was stored beside the one that was throttled", () => {
    const holds = createOrgHolds();
    holds.throttled("org_hot", 1_000, latest);
    holds.stored("org_hot", 1_001);
    expect(holds.isHeld("org_hot", 1_002)).toBe(true);
  });

  it("are bounded: the organisation that has waited longest is forgotten", () => {
    const holds = createOrgHolds(2);
    for (const org of ["a", "b", "c"]) holds.throttled(org, 0, latest);
    expect(["a", "b", "c"].map((org) => holds.isHeld(org, 1))).toEqual([false, true, true]);
  });

  it("never hold an organisation for what happens to others", () => {
    const steps = fc.array(
      fc.record({ org: fc.constantFrom("a", "b", "c"), after: fc.nat(3_000), fails: fc.boolean() }),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const holds = createOrgHolds();
        let now = 0;
        for (const { org, after, fails } of all) {
          now += after;
          if (fails) holds.throttled(org, now, 0.5);
          else holds.stored(org, now);
          expect(holds.isHeld("innocent", now)).toBe(false);
        }
      }),
    );
  });
});

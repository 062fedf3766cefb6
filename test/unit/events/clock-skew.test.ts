import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clockSkewMs, toleratedSkewMs, withTrustedTime } from "#shared/events/clock-skew.ts";
import { deliveryIdOf, deliveryTime } from "#shared/webhooks/deliveries/delivery.ts";
import { anEvent } from "#test/support/builders.ts";

const stored = new Date("2026-05-11T12:00:00.000Z");
const recordedAt = (offsetMs: number) => anEvent({ recorded_at: new Date(stored.getTime() + offsetMs).toISOString() });

describe("a writer's clock", () => {
  it.each([
    [0, null],
    [300_000, null],
    [-300_000, null],
    [300_001, 300_001],
    [-300_001, -300_001],
    [864_000_000, 864_000_000],
  ])("that is %d ms off has the skew %s", (offsetMs, skewMs) => {
    expect(clockSkewMs(recordedAt(offsetMs), stored)).toBe(skewMs);
  });

  it("counts as skewed if it wrote no time at all", () => {
    const event = anEvent({ recorded_at: "yesterday" });
    expect(clockSkewMs(event, stored)).toBeNaN();
    expect(withTrustedTime(event, stored).recorded_at).toBe(stored.toISOString());
  });

  it("changes nothing but `recorded_at` where it is skewed, and nothing where the table's time is unknown", () => {
    const skewed = recordedAt(864_000_000);
    expect(withTrustedTime(skewed, stored)).toEqual({ ...skewed, recorded_at: stored.toISOString() });
    expect(withTrustedTime(skewed, null)).toBe(skewed);
  });
});

describe("the id of a delivery, as the fan-out makes it,", () => {
  const hour = 3_600_000;
  const offset = fc.oneof(
    fc.integer({ min: -toleratedSkewMs - 2_000, max: toleratedSkewMs + 2_000 }),
    fc.integer({ min: -10_000 * hour, max: 10_000 * hour }),
  );

  it("is never further from the table's time than the tolerance, whatever the writer's clock says", () => {
    fc.assert(
      fc.property(offset, (offsetMs) => {
        const id = deliveryIdOf("wh_1", withTrustedTime(recordedAt(offsetMs), stored));
        const distance = Math.abs(Date.parse(deliveryTime(id)) - stored.getTime());
        expect(distance).toBeLessThanOrEqual(toleratedSkewMs);
      }),
    );
  });

  it("is the one that a replay makes from the log, for every clock within the tolerance", () => {
    const tolerated = fc.integer({ min: -toleratedSkewMs, max: toleratedSkewMs });
    fc.assert(
      fc.property(tolerated, (offsetMs) => {
        const event = recordedAt(offsetMs);
        expect(deliveryIdOf("wh_1", withTrustedTime(event, stored))).toBe(deliveryIdOf("wh_1", event));
      }),
    );
  });

  it("differs only in its time for a skewed clock", () => {
    const event = recordedAt(864_000_000);
    const [fromStream, fromLog] = [withTrustedTime(event, stored), event].map((one) => deliveryIdOf("wh_1", one));
    expect(fromStream).not.toBe(fromLog);
    expect(fromStream?.slice(16)).toBe(fromLog?.slice(16));
  });
});

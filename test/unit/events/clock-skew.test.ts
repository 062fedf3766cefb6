import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clockSkewMs, toleratedSkewMs, withTrustedTime } from "#shared/events/clock-skew.ts";
import { deliveryIdOf, deliveryTime } from "#shared/webhooks/deliveries/delivery.ts";
import { anEvent } from "#test/support/builders.ts";

const stored = new Date("2026-05-11T12:00:00.000Z");
const recordedAt = (offsetMs: number) => anEvent({ recorded_at: new Date(stored.getTime() + offsetMs).toISOString() });

describe("clockSkewMs and withTrustedTime", () => {
  it.each([
    [0, null],
    [300_000, null],
    [-300_000, null],
    [300_001, 300_001],
    [-300_001, -300_001],
    [864_000_000, 864_000_000],
  ])("returns for a clock that is %d ms off the skew %s", (offsetMs, skewMs) => {
    expect(clockSkewMs(recordedAt(offsetMs), stored)).toBe(skewMs);
  });

  it("counts an invalid recorded_at as skewed", () => {
    const event = anEvent({ recorded_at: "yesterday" });
    expect(clockSkewMs(event, stored)).toBeNaN();
    expect(withTrustedTime(event, stored).recorded_at).toBe(stored.toISOString());
  });

  it("replaces only recorded_at, when it is skewed and the table's time is known", () => {
    const skewed = recordedAt(864_000_000);
    expect(withTrustedTime(skewed, stored)).toEqual({ ...skewed, recorded_at: stored.toISOString() });
    expect(withTrustedTime(skewed, null)).toBe(skewed);
  });
});

describe("newDelivery by withTrustedTime", () => {
  const hour = 3_600_000;
  const offset = fc.oneof(
    fc.integer({ min: -toleratedSkewMs - 2_000, max: toleratedSkewMs + 2_000 }),
    fc.integer({ min: -10_000 * hour, max: 10_000 * hour }),
  );

  it("has an id within the tolerance of the table's time for any writer's clock", () => {
    fc.assert(
      fc.property(offset, (offsetMs) => {
        const id = deliveryIdOf("wh_1", withTrustedTime(recordedAt(offsetMs), stored));
        const distance = Math.abs(Date.parse(deliveryTime(id)) - stored.getTime());
        expect(distance).toBeLessThanOrEqual(toleratedSkewMs);
      }),
    );
  });

  it("has the same id in the fan-out and in a replay when the clock is within the tolerance", () => {
    const tolerated = fc.integer({ min: -toleratedSkewMs, max: toleratedSkewMs });
    fc.assert(
      fc.property(tolerated, (offsetMs) => {
        const event = recordedAt(offsetMs);
        expect(deliveryIdOf("wh_1", withTrustedTime(event, stored))).toBe(deliveryIdOf("wh_1", event));
      }),
    );
  });

  it("has ids that differ only in their time when the clock is skewed", () => {
    const event = recordedAt(864_000_000);
    const [fromStream, fromLog] = [withTrustedTime(event, stored), event].map((one) => deliveryIdOf("wh_1", one));
    expect(fromStream).not.toBe(fromLog);
    expect(fromStream?.slice(16)).toBe(fromLog?.slice(16));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AttemptHistory,
  type DeferralCause,
  defectSeconds,
  deferralSeconds,
  maxDefects,
} from "../../../shared/events/deferral.ts";

const nowMs = Date.parse("2026-05-11T12:00:00Z");
const latest = 1 - Number.EPSILON;

const history = (over: Partial<AttemptHistory> = {}): AttemptHistory => ({
  deferrals: 0,
  defects: 0,
  firstSentMs: nowMs,
  ...over,
});

const histories = fc.record({
  deferrals: fc.nat(1_000_000),
  defects: fc.nat(1_000_000),
  firstSentMs: fc.integer({ min: 0, max: nowMs * 2 }),
});
const randoms = fc.double({ min: 0, max: latest, noNaN: true });

describe("deferralSeconds", () => {
  it("doubles from a second to a minute", () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((deferrals) =>
      deferralSeconds(history({ deferrals }), "unavailable", nowMs, latest),
    );
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("lets a throttled event wait up to a quarter of the time that it has waited, and at most what SQS allows", () => {
    const delayAfter = (minutes: number, cause: DeferralCause) =>
      deferralSeconds(history({ deferrals: 50, firstSentMs: nowMs - minutes * 60_000 }), cause, nowMs, latest);
    expect([1, 4, 8, 40, 60, 10_000].map((minutes) => delayAfter(minutes, "throttled"))).toEqual([
      60, 60, 120, 600, 900, 900,
    ]);
    expect(delayAfter(10_000, "unavailable")).toBe(60);
  });

  it.each<DeferralCause>(["throttled", "unavailable"])(
    "is a whole number that SQS takes, whatever comes: %s",
    (cause) => {
      fc.assert(
        fc.property(histories, randoms, (any, random) => {
          const seconds = deferralSeconds(any, cause, nowMs, random);
          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds).toBeGreaterThanOrEqual(1);
          expect(seconds).toBeLessThanOrEqual(cause === "throttled" ? 900 : 60);
        }),
      );
    },
  );

  it("spreads what failed together over half of the time, and never grows shorter with more deferrals", () => {
    fc.assert(
      fc.property(histories, randoms, (any, random) => {
        const at = (value: number, one = any) => deferralSeconds(one, "throttled", nowMs, value);
        expect(at(random)).toBeGreaterThanOrEqual(at(latest) / 2);
        expect(at(random)).toBeLessThanOrEqual(at(latest));
        expect(at(random, { ...any, deferrals: any.deferrals + 1 })).toBeGreaterThanOrEqual(at(random));
      }),
    );
  });

  it("takes few rounds through the queue: an event that waits a day, fewer than 150", () => {
    let [waitedMs, deferrals] = [0, 0];
    while (waitedMs < 24 * 3_600_000) {
      waitedMs +=
        deferralSeconds(history({ deferrals, firstSentMs: nowMs - waitedMs }), "throttled", nowMs, 0.5) * 1_000;
      deferrals += 1;
    }
    expect(deferrals).toBeLessThan(150);
  });
});

describe("defectSeconds", () => {
  it("grows, so that all tries take half a minute at most", () => {
    const delays = Array.from({ length: maxDefects - 1 }, (_, defects) => defectSeconds(history({ defects }), latest));
    expect(delays).toEqual([2, 4, 8, 16]);
  });

  it("is a whole number that SQS takes, whatever comes", () => {
    fc.assert(
      fc.property(histories, randoms, (any, random) => {
        const seconds = defectSeconds(any, random);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(900);
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AttemptHistory,
  defectSeconds,
  deferralSeconds,
  maxDefects,
  separationSeconds,
} from "#shared/events/ingest/deferral.ts";

const nowMs = Date.parse("2026-05-11T12:00:00Z");
const latest = 1 - Number.EPSILON;

const history = (over: Partial<AttemptHistory> = {}): AttemptHistory => ({
  deferrals: 0,
  defects: 0,
  unfinished: 0,
  firstSentMs: nowMs,
  ...over,
});

const histories = fc.record({
  deferrals: fc.nat(1_000_000),
  defects: fc.nat(1_000_000),
  unfinished: fc.nat(1_000_000),
  firstSentMs: fc.integer({ min: 0, max: nowMs * 2 }),
});
const randoms = fc.double({ min: 0, max: latest, noNaN: true });

describe("deferralSeconds", () => {
  it("doubles from one second to a minute", () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((deferrals) => deferralSeconds({ deferrals }, latest));
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("returns a whole number from 1 to 60 for any history", () => {
    fc.assert(
      fc.property(histories, randoms, (history, random) => {
        const seconds = deferralSeconds(history, random);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(60);
      }),
    );
  });

  it("spreads events over half of the delay and never decreases with more deferrals", () => {
    fc.assert(
      fc.property(histories, randoms, ({ deferrals }, random) => {
        const at = (value: number, count = deferrals) => deferralSeconds({ deferrals: count }, value);
        expect(at(random)).toBeGreaterThanOrEqual(at(latest) / 2);
        expect(at(random)).toBeLessThanOrEqual(at(latest));
        expect(at(random, deferrals + 1)).toBeGreaterThanOrEqual(at(random));
      }),
    );
  });
});

describe("defectSeconds", () => {
  it("grows, with a sum of at most half a minute", () => {
    const delays = Array.from({ length: maxDefects - 1 }, (_, defects) => defectSeconds(history({ defects }), latest));
    expect(delays).toEqual([2, 4, 8, 16]);
  });

  it("returns a whole number that SQS accepts for any history", () => {
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

it("separationSeconds spreads messages over up to a minute", () => {
  expect([0, 0.5, latest].map(separationSeconds)).toEqual([1, 31, 60]);
});

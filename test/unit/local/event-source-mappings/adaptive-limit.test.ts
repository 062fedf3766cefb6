import { describe, expect, it } from "vitest";
import { createLatencyGauge } from "#infra/local/emulators/latency.ts";
import {
  acceptableLatencyMs,
  createAdaptiveLimit,
  periodMs,
} from "#infra/local/event-source-mappings/adaptive-limit.ts";

/** A source whose invocations are always as many as are admitted, behind an engine of this latency. */
function aSource(max: number) {
  let time = 0;
  let latency = 1;
  let underWay = 0;
  let hasMemory = true;
  const admitted = createAdaptiveLimit({ max, latencyMs: () => latency, hasMemory: () => hasMemory, now: () => time });
  return {
    /** The limit after so many periods at this latency. */
    limitAfter(periods: number, latencyMs: number): number {
      latency = latencyMs;
      for (let n = 0; n < periods; n++) {
        time += periodMs;
        underWay = admitted.current(underWay);
      }
      return underWay;
    },
    fillMemory() {
      hasMemory = false;
    },
    admitted,
  };
}

describe("adaptive limit", () => {
  it("increases up to the limit of the template while it is reached and latency is low", () => {
    const { limitAfter } = aSource(32);
    const limits = [limitAfter(1, 5), limitAfter(3, 5), limitAfter(20, 5)];
    expect(limits).toEqual([...limits].sort((left, right) => left - right));
    expect(limits.at(-1)).toBe(32);
  });

  it("decreases to at least one while latency is high", () => {
    const { limitAfter } = aSource(32);
    limitAfter(20, 5);
    expect(limitAfter(1, acceptableLatencyMs + 1)).toBeLessThan(32);
    expect(limitAfter(20, 10_000)).toBe(1);
  });

  it("increases again when latency is low again", () => {
    const { limitAfter } = aSource(10);
    limitAfter(20, 10_000);
    expect(limitAfter(20, 5)).toBe(10);
  });

  it("does not increase while it is not reached", () => {
    const { admitted, limitAfter } = aSource(32);
    const limit = limitAfter(3, 5);
    expect(admitted.current(1)).toBe(limit);
  });

  it("does not increase while memory is short, and still decreases", () => {
    const { limitAfter, fillMemory } = aSource(32);
    const limit = limitAfter(3, 5);
    fillMemory();
    expect(limitAfter(10, 5)).toBe(limit);
    expect(limitAfter(20, 10_000)).toBe(1);
  });

  it("starts at most at the limit of the template", () => {
    expect(aSource(2).admitted.current(0)).toBe(2);
  });
});

describe("latency gauge", () => {
  function anEngine() {
    let time = 0;
    const gauge = createLatencyGauge(() => time);
    return {
      gauge,
      pass(ms: number) {
        time += ms;
      },
      answer(times: number, ms: number) {
        for (let n = 0; n < times; n++) {
          const end = gauge.begin();
          time += ms;
          end();
        }
      },
    };
  }

  it("follows the latency of responses", () => {
    const { gauge, answer } = anEngine();
    expect(gauge.recentMs()).toBe(0);
    answer(200, 40);
    expect(gauge.recentMs()).toBeCloseTo(40, 0);
    answer(200, 4);
    expect(gauge.recentMs()).toBeCloseTo(4, 0);
  });

  it("returns 0 when there were no requests for a while", () => {
    const { gauge, answer, pass } = anEngine();
    answer(200, 400);
    pass(2_000);
    expect(gauge.recentMs()).toBe(0);
  });

  it("includes requests in progress", () => {
    const { gauge, pass } = anEngine();
    gauge.begin();
    pass(3_000);
    expect(gauge.recentMs()).toBe(3_000);
  });
});

import { describe, expect, it } from "vitest";
import {
  applyOutcomes,
  canIncreaseLimit,
  disableAfterMs,
  hasFailedTooLong,
  isHealthy,
  maxLimitForLatency,
  needsProbe,
  openAfterFailures,
  openUntil,
  type SendOutcome,
} from "#shared/webhooks/limits/circuit-breaker.ts";
import {
  type EndpointHealth,
  initialConcurrencyLimit,
  initialHealth,
  isFast,
  isHanging,
  leaseMs,
} from "#shared/webhooks/limits/endpoint-health.ts";
import { aSendOutcome } from "#test/support/webhooks/delivery-builders.ts";

const now = 1_780_000_000_000;
const success = aSendOutcome({ at: now });
const failure: SendOutcome = { ...success, succeeded: false };

const failing = (times: number, from: EndpointHealth = initialHealth) =>
  applyOutcomes(from, Array(times).fill(failure));

describe("applyOutcomes", () => {
  it("opens the circuit after five consecutive failures", () => {
    const nearly = failing(openAfterFailures - 1);
    expect([openUntil(nearly, now), needsProbe(nearly)]).toEqual([null, false]);
    const open = failing(openAfterFailures);
    expect(openUntil(open, now)).toBe(now + 30_000);
    expect(openUntil(open, now + 29_999)).toBe(now + 30_000);
  });

  it("keeps the circuit closed when a success interrupts the failures", () => {
    const health = applyOutcomes(failing(openAfterFailures - 1), [success, failure]);
    expect(openUntil(health, now)).toBeNull();
  });

  it("doubles the open time after each failed probe, up to five minutes", () => {
    let health = failing(openAfterFailures);
    const waits: number[] = [];
    for (let probe = 0; probe < 8; probe++) {
      const at = health.open_until ?? 0;
      expect([openUntil(health, at), needsProbe(health)]).toEqual([null, true]);
      health = applyOutcomes({ ...health, probe_until: at + 60_000 }, [{ ...failure, at }]);
      expect(health.probe_until).toBeNull();
      waits.push((health.open_until ?? 0) - at);
    }
    expect(waits).toEqual([60, 120, 240, 300, 300, 300, 300, 300].map((seconds) => seconds * 1_000));
  });

  it("closes the circuit after a successful probe", () => {
    const closed = applyOutcomes(failing(openAfterFailures), [success]);
    expect(closed).toMatchObject({ failures: 0, openCount: 0, open_until: null, failing_since: null });
    expect(needsProbe(closed)).toBe(false);
  });

  it("does not extend the open time for attempts that ran when the circuit opened", () => {
    expect(failing(2 * openAfterFailures).open_until).toBe(failing(openAfterFailures).open_until);
  });
});

describe("applyOutcomes of an overloaded endpoint", () => {
  const overloaded = { ...failure, overloaded: true };

  it("pauses the endpoint and halves its limit", () => {
    const health = applyOutcomes(initialHealth, [overloaded]);
    expect(openUntil(health, now)).toBe(now + 10_000);
    expect(health.limit).toBe(initialConcurrencyLimit / 2);
    expect(applyOutcomes({ ...initialHealth, limit: 45 }, [overloaded]).limit).toBe(22);
  });

  it("pauses the endpoint for the time of Retry-After", () => {
    const health = applyOutcomes(initialHealth, [{ ...overloaded, retryAfterMs: 90_000 }]);
    expect(openUntil(health, now)).toBe(now + 90_000);
  });

  it("pauses the endpoint for the longer of circuit and Retry-After", () => {
    const long = applyOutcomes(failing(openAfterFailures - 1), [{ ...overloaded, retryAfterMs: 90_000 }]);
    expect(long.open_until).toBe(now + 90_000);
    const short = applyOutcomes(failing(openAfterFailures - 1), [{ ...overloaded, retryAfterMs: 1_000 }]);
    expect(short.open_until).toBe(now + 30_000);
  });

  it("raises the limit by one for each success, up to the initial limit", () => {
    const slow = applyOutcomes(initialHealth, Array(4).fill(overloaded));
    expect(slow.limit).toBe(1);
    expect(applyOutcomes(slow, Array(3).fill(success)).limit).toBe(4);
    expect(applyOutcomes(slow, Array(20).fill(success)).limit).toBe(initialConcurrencyLimit);
  });
});

describe("isHealthy", () => {
  it.each<[string, EndpointHealth, boolean]>([
    ["returns true for an unknown endpoint", initialHealth, true],
    ["returns true after the limit was raised", { ...initialHealth, limit: 50 }, true],
    ["returns false after a failure", failing(1), false],
    ["returns true after a success", applyOutcomes(failing(4), [success]), true],
    [
      "returns false while the limit is below the initial one",
      { ...initialHealth, limit: initialConcurrencyLimit - 1 },
      false,
    ],
  ])("%s", (_, health, expected) => {
    expect(isHealthy(health)).toBe(expected);
  });
});

describe("applyOutcomes of several successes", () => {
  it("records the latest success in any order of outcomes", () => {
    const health = applyOutcomes(initialHealth, [{ ...success, at: now + 5 }, success, { ...failure, at: now + 9 }]);
    expect(health.last_success_at).toBe(now + 5);
  });
});

describe("hasFailedTooLong", () => {
  it("counts from the first failure since the last success", () => {
    const since = failing(1);
    const late = { ...failure, at: now + disableAfterMs };
    expect(hasFailedTooLong(since, now + disableAfterMs - 1)).toBe(false);
    expect(hasFailedTooLong(applyOutcomes(since, [late]), late.at)).toBe(true);
    expect(hasFailedTooLong(applyOutcomes(since, [success]), late.at)).toBe(false);
    expect(hasFailedTooLong(applyOutcomes(since, [success, late]), late.at)).toBe(false);
  });
});

describe("endpoint latency", () => {
  const taking = (duration_ms: number): SendOutcome => ({ ...success, duration_ms });

  it.each([
    [20, 50],
    [400, 50],
    [1_000, 20],
    [2_000, 10],
    [12_000, 1],
    [15_000, 1],
  ])("limits an endpoint with a latency of %d ms to %d concurrent requests", (latency_ms, most) => {
    expect(maxLimitForLatency({ ...initialHealth, latency_ms })).toBe(most);
  });

  it("starts with the first duration and moves by a quarter towards each next one", () => {
    const first = applyOutcomes(initialHealth, [taking(400)]);
    expect(first.latency_ms).toBe(400);
    expect(applyOutcomes(first, [taking(800), taking(100)]).latency_ms).toBe(400);
  });

  it("includes the durations of failed attempts", () => {
    const health = applyOutcomes(initialHealth, [{ ...failure, duration_ms: 15_000 }]);
    expect([health.latency_ms, health.limit, isFast(health)]).toEqual([15_000, 1, false]);
  });

  it("prevents a limit beyond its budget of concurrent requests", () => {
    const at2s = { ...initialHealth, latency_ms: 2_000, last_success_at: now };
    expect(canIncreaseLimit(at2s, now)).toBe(false);
    expect(canIncreaseLimit({ ...at2s, latency_ms: 1_000 }, now)).toBe(true);
    expect(canIncreaseLimit({ ...at2s, latency_ms: 1_000, limit: 20 }, now)).toBe(false);
  });

  it.each([
    [5_000, false],
    [5_001, true],
    [24_999, true],
    [25_000, false],
  ])("counts a lease that is %d ms old as hanging: %s", (age, expected) => {
    const lease = { id: "a", permits: 1, expiresAt: now - age + leaseMs };
    expect(isHanging({ ...initialHealth, leases: [lease] }, now)).toBe(expected);
  });
});

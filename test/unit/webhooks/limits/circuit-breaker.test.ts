import { describe, expect, it } from "vitest";
import {
  canGrow,
  failingForMs,
  type Health,
  hangs,
  hasFailedForLong,
  initialHealth,
  initialLimit,
  isFast,
  isWell,
  learn,
  leaseMs,
  mostSends,
  needsProbe,
  openAfterFailures,
  openUntil,
  type SendOutcome,
} from "#shared/webhooks/limits/circuit-breaker.ts";

const now = 1_780_000_000_000;
const success: SendOutcome = {
  at: now,
  succeeded: true,
  isFailedTest: false,
  overloaded: false,
  retryAfterMs: null,
  duration_ms: 50,
};
const failure: SendOutcome = { ...success, succeeded: false };

const failing = (times: number, from: Health = initialHealth) => learn(from, Array(times).fill(failure));

describe("the circuit", () => {
  it("opens with the fifth failure in a row", () => {
    const nearly = failing(openAfterFailures - 1);
    expect([openUntil(nearly, now), needsProbe(nearly)]).toEqual([null, false]);
    const open = failing(openAfterFailures);
    expect(openUntil(open, now)).toBe(now + 30_000);
    expect(openUntil(open, now + 29_999)).toBe(now + 30_000);
  });

  it("stays closed where a success lies between", () => {
    const health = learn(failing(openAfterFailures - 1), [success, failure]);
    expect(openUntil(health, now)).toBeNull();
  });

  it("then wants a probe, and waits twice as long each time that it fails, up to five minutes", () => {
    let health = failing(openAfterFailures);
    const waits: number[] = [];
    for (let probe = 0; probe < 8; probe++) {
      const at = health.open_until ?? 0;
      expect([openUntil(health, at), needsProbe(health)]).toEqual([null, true]);
      health = learn({ ...health, probe_until: at + 60_000 }, [{ ...failure, at }]);
      expect(health.probe_until).toBeNull();
      waits.push((health.open_until ?? 0) - at);
    }
    expect(waits).toEqual([60, 120, 240, 300, 300, 300, 300, 300].map((seconds) => seconds * 1_000));
  });

  it("closes with the first success", () => {
    const closed = learn(failing(openAfterFailures), [success]);
    expect(closed).toMatchObject({ failures: 0, openings: 0, open_until: null, failing_since: null });
    expect(needsProbe(closed)).toBe(false);
  });

  it("does not open further for what was under way when it opened", () => {
    expect(failing(2 * openAfterFailures).open_until).toBe(failing(openAfterFailures).open_until);
  });
});

describe("an overloaded endpoint", () => {
  const overloaded = { ...failure, overloaded: true };

  it("is left alone for a while, then gets half as many at once", () => {
    const health = learn(initialHealth, [overloaded]);
    expect(openUntil(health, now)).toBe(now + 10_000);
    expect(health.limit).toBe(initialLimit / 2);
    expect(learn({ ...initialHealth, limit: 45 }, [overloaded]).limit).toBe(22);
  });

  it("is left alone as long as it asks", () => {
    const health = learn(initialHealth, [{ ...overloaded, retryAfterMs: 90_000 }]);
    expect(openUntil(health, now)).toBe(now + 90_000);
  });

  it("is left alone as long as both its circuit and it ask", () => {
    const long = learn(failing(openAfterFailures - 1), [{ ...overloaded, retryAfterMs: 90_000 }]);
    expect(long.open_until).toBe(now + 90_000);
    const short = learn(failing(openAfterFailures - 1), [{ ...overloaded, retryAfterMs: 1_000 }]);
    expect(short.open_until).toBe(now + 30_000);
  });

  it("wins back its first pace send by send, and no more by that", () => {
    const slow = learn(initialHealth, Array(4).fill(overloaded));
    expect(slow.limit).toBe(1);
    expect(learn(slow, Array(3).fill(success)).limit).toBe(4);
    expect(learn(slow, Array(20).fill(success)).limit).toBe(initialLimit);
  });
});

describe("an endpoint is well", () => {
  it.each<[string, Health, boolean]>([
    ["at first", initialHealth, true],
    ["where it was trusted with more", { ...initialHealth, limit: 50 }, true],
    ["not after a failure", failing(1), false],
    ["again after a success", learn(failing(4), [success]), true],
    ["not while it has less than its first pace", { ...initialHealth, limit: initialLimit - 1 }, false],
  ])("%s", (_, health, expected) => {
    expect(isWell(health)).toBe(expected);
  });
});

describe("the last success", () => {
  it("is the latest, in whatever order they are told", () => {
    const health = learn(initialHealth, [{ ...success, at: now + 5 }, success, { ...failure, at: now + 9 }]);
    expect(health.last_success_at).toBe(now + 5);
  });
});

describe("failing for long", () => {
  it("counts from the first failure since the last success", () => {
    const since = failing(1);
    const late = { ...failure, at: now + failingForMs };
    expect(hasFailedForLong(since, now + failingForMs - 1)).toBe(false);
    expect(hasFailedForLong(learn(since, [late]), late.at)).toBe(true);
    expect(hasFailedForLong(learn(since, [success]), late.at)).toBe(false);
    expect(hasFailedForLong(learn(since, [success, late]), late.at)).toBe(false);
  });
});

describe("the latency of sends", () => {
  const taking = (duration_ms: number): SendOutcome => ({ ...success, duration_ms });

  it.each([
    [20, 50],
    [400, 50],
    [1_000, 20],
    [2_000, 10],
    [12_000, 1],
    [15_000, 1],
  ])("of %d ms allows %d sends", (latency_ms, most) => {
    expect(mostSends({ ...initialHealth, latency_ms })).toBe(most);
  });

  it("is that of the first send, then moves by a quarter towards each", () => {
    const first = learn(initialHealth, [taking(400)]);
    expect(first.latency_ms).toBe(400);
    expect(learn(first, [taking(800), taking(100)]).latency_ms).toBe(400);
  });

  it("is learned of failures, too: what times out holds as much as what succeeds late", () => {
    const health = learn(initialHealth, [{ ...failure, duration_ms: 15_000 }]);
    expect([health.latency_ms, health.limit, isFast(health)]).toEqual([15_000, 1, false]);
  });

  it("never lets an endpoint grow beyond its budget", () => {
    const at2s = { ...initialHealth, latency_ms: 2_000, last_success_at: now };
    expect(canGrow(at2s, now)).toBe(false);
    expect(canGrow({ ...at2s, latency_ms: 1_000 }, now)).toBe(true);
    expect(canGrow({ ...at2s, latency_ms: 1_000, limit: 20 }, now)).toBe(false);
  });

  it.each([
    [5_000, false],
    [5_001, true],
    [24_999, true],
    [25_000, false],
  ])("shows while a lease is held: one of %d ms hangs: %s", (age, expected) => {
    const lease = { id: "a", slots: 1, until: now - age + leaseMs };
    expect(hangs({ ...initialHealth, leases: [lease] }, now)).toBe(expected);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carryOver, rateLimitedError, rateLimitState, windowEnd, windowStart } from "#shared/auth/rate-limit.ts";
import { testNow } from "#test/support/builders.ts";

describe("rateLimitState", () => {
  it("has windows of one minute, the same on every instance", () => {
    expect(windowStart(testNow).toISOString()).toBe("2026-06-01T12:00:00.000Z");
    expect(windowStart(new Date("2026-06-01T12:00:59.999Z")).toISOString()).toBe("2026-06-01T12:00:00.000Z");
    expect(windowStart(new Date("2026-06-01T12:01:00.000Z")).toISOString()).toBe("2026-06-01T12:01:00.000Z");
  });

  it("returns the remaining requests and the start of the next window", () => {
    const reset = Date.parse("2026-06-01T12:01:00Z") / 1000;
    expect(rateLimitState(1, testNow)).toEqual({ limit: 600, remaining: 599, reset });
    expect(rateLimitState(600, testNow)).toEqual({ limit: 600, remaining: 0, reset });
    expect(rateLimitState(10_000, testNow).remaining).toBe(0);
  });
});

describe("carryOver", () => {
  const start = windowStart(testNow);
  const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

  it.each([
    [0, 0],
    [600, 0],
    [601, 1],
    [900, 300],
    [1_200, 600],
    [230_400, 600],
  ])("of %d is %d in the next window, and nothing in later ones", (used, owed) => {
    expect(carryOver({ start, used }, { start: at(1), limit: 600 })).toBe(owed);
    for (const minutes of [2, 3, 60]) expect(carryOver({ start, used }, { start: at(minutes), limit: 600 })).toBe(0);
  });
});

describe("rateLimitedError", () => {
  it("has the seconds until the window ends, or until a given time", () => {
    const error = rateLimitedError(600, testNow);
    expect(rateLimitedError(600, testNow, testNow.getTime() + 1_001).context.retryAfter).toBe(2);
    expect(windowEnd(testNow).toISOString()).toBe("2026-06-01T12:01:00.000Z");
    expect([error.code, error.context.retryAfter]).toEqual(["rate_limited", 30]);
    expect(error.message).toContain("30 seconds");
  });

  it("(property) has a retry time in the next window", () => {
    const moment = fc.date({ min: new Date(0), max: new Date("9999-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(moment, (now) => {
        const { retryAfter = 0 } = rateLimitedError(600, now).context;
        expect(retryAfter).toBeGreaterThanOrEqual(1);
        expect(retryAfter).toBeLessThanOrEqual(60);
        const after = new Date(now.getTime() + retryAfter * 1000);
        expect(windowStart(after).getTime()).toBeGreaterThan(windowStart(now).getTime());
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  classifyResponse,
  type FailedAttempt,
  nextAttemptAt,
  parseRetryAfter,
} from "#shared/webhooks/deliveries/retry-policy.ts";
import { retryWindowMs } from "#shared/webhooks/delivery-lifetime.ts";
import { aSendResult, testNow } from "#test/support/builders.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

function aFailure(over: Partial<FailedAttempt> = {}): FailedAttempt {
  return { attempts: 1, started_at: testNow.toISOString(), retryAfterMs: null, now: testNow, random: 0, ...over };
}

describe("nextAttemptAt", () => {
  it("follows the schedule for three days, and makes the last attempt at their end", () => {
    const waits: number[] = [];
    let now = testNow;
    for (let attempts = 1; ; attempts++) {
      const next = nextAttemptAt(aFailure({ attempts, now }));
      if (next === null) break;
      waits.push(next.getTime() - now.getTime());
      now = next;
    }
    const scheduled = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];
    expect(waits.slice(0, 7)).toEqual(scheduled);
    expect(waits.slice(7, -1)).toEqual([12 * hour, 12 * hour, 12 * hour]);
    expect(now.getTime() - testNow.getTime()).toBe(retryWindowMs);
    expect(retryWindowMs).toBe(72 * hour);
  });

  it("adds a jitter of up to a tenth, never beyond the retry window", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: retryWindowMs - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, sinceStart, random) => {
          const now = new Date(testNow.getTime() + sinceStart);
          const least = nextAttemptAt(aFailure({ attempts, now })) ?? now;
          const next = nextAttemptAt(aFailure({ attempts, now, random })) ?? now;
          const deadline = testNow.getTime() + retryWindowMs;
          expect(next.getTime()).toBeGreaterThanOrEqual(least.getTime());
          expect(next.getTime() - now.getTime()).toBeLessThanOrEqual((least.getTime() - now.getTime()) * 1.1 + 1);
          expect(next.getTime()).toBeLessThanOrEqual(deadline);
        },
      ),
    );
  });
});

it("nextAttemptAt returns the time of Retry-After when it is later", () => {
  const wait = (retryAfterMs: number) =>
    (nextAttemptAt(aFailure({ attempts: 1, retryAfterMs }))?.getTime() ?? 0) - testNow.getTime();
  expect(wait(2 * second)).toBe(5 * second);
  expect(wait(90 * second)).toBe(90 * second);
});

it.each([
  ["120", 120 * second],
  [" 7 ", 7 * second],
  ["Mon, 01 Jun 2026 12:02:30 GMT", 120 * second],
  ["999999999999", 12 * hour],
  ["1000000000", 12 * hour],
  ["Fri, 01 Jan 2038 00:00:00 GMT", 12 * hour],
  ["0", null],
  ["-5", null],
  ["1.5", null],
  ["1e9", null],
  ["soon", null],
  ["", null],
  ["Mon, 01 Jun 2026 11:00:00 GMT", null],
  [undefined, null],
])("parseRetryAfter parses %s as %s ms", (text, expected) => {
  expect(parseRetryAfter(text, testNow)).toBe(expected);
});

describe("classifyResponse", () => {
  it.each([200, 201, 202, 204, 299])("classifies status %i as a success", (status) => {
    expect(classifyResponse(aSendResult({ status }), testNow)).toEqual({ kind: "succeeded", gone: false });
  });

  it.each([
    [300, {}],
    [301, {}],
    [304, {}],
    [307, {}],
    [308, {}],
    [400, {}],
    [401, {}],
    [404, {}],
    [410, { gone: true }],
    [429, { overloaded: true }],
    [500, {}],
    [502, { overloaded: true }],
    [503, {}],
    [504, { overloaded: true }],
  ])("classifies status %i as a failure", (status, meaning) => {
    const plain = { kind: "failed", gone: false, aborted: false, overloaded: false, retryAfterMs: null };
    expect(classifyResponse(aSendResult({ status }), testNow)).toEqual({ ...plain, ...meaning });
  });

  it("classifies a missing response as a failure", () => {
    expect(classifyResponse(aSendResult({ status: null, error: "timeout" }), testNow)).toMatchObject({
      kind: "failed",
    });
  });

  it.each([
    ["abort-message", { aborted: true, gone: false }],
    ["Disable", { aborted: false, gone: true }],
    ["whatever", { aborted: false, gone: false }],
  ])("follows the header webhook-delivery: %s", (value, meaning) => {
    const exchange = aSendResult({ status: 500, headers: { "webhook-delivery": value } });
    expect(classifyResponse(exchange, testNow)).toMatchObject(meaning);
  });

  it.each([200, 204, 302, 404, 429, 503])(
    "reports the endpoint as gone when the header is `disable` and the status is %i",
    (status) => {
      const exchange = aSendResult({ status, headers: { "webhook-delivery": "disable" } });
      expect(classifyResponse(exchange, testNow)).toMatchObject({
        kind: status < 300 ? "succeeded" : "failed",
        gone: true,
      });
    },
  );

  it("keeps a success whatever the header requests", () => {
    const exchange = aSendResult({ headers: { "webhook-delivery": "abort-message" } });
    expect(classifyResponse(exchange, testNow)).toEqual({ kind: "succeeded", gone: false });
  });
});

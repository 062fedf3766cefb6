import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Failure,
  judge,
  nextAttemptAt,
  patienceMs,
  readRetryAfter,
} from "#shared/webhooks/deliveries/retry-policy.ts";
import { anExchange, testNow } from "#test/support/builders.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

function aFailure(over: Partial<Failure> = {}): Failure {
  return { attempts: 1, started_at: testNow.toISOString(), retryAfterMs: null, now: testNow, random: 0, ...over };
}

describe("a delivery that always fails", () => {
  it("is tried on schedule for three days, the last time when they are over", () => {
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
    expect(now.getTime() - testNow.getTime()).toBe(patienceMs);
    expect(patienceMs).toBe(72 * hour);
  });

  it("waits longer by up to a tenth, and never beyond its time", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: patienceMs - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, sinceStart, random) => {
          const now = new Date(testNow.getTime() + sinceStart);
          const least = nextAttemptAt(aFailure({ attempts, now })) ?? now;
          const next = nextAttemptAt(aFailure({ attempts, now, random })) ?? now;
          const deadline = testNow.getTime() + patienceMs;
          expect(next.getTime()).toBeGreaterThanOrEqual(least.getTime());
          expect(next.getTime() - now.getTime()).toBeLessThanOrEqual((least.getTime() - now.getTime()) * 1.1 + 1);
          expect(next.getTime()).toBeLessThanOrEqual(deadline);
        },
      ),
    );
  });
});

it("waits as long as the receiver asks, where that is longer", () => {
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
])("reads Retry-After: %s as %s ms", (text, expected) => {
  expect(readRetryAfter(text, testNow)).toBe(expected);
});

describe("an exchange", () => {
  it.each([200, 201, 202, 204, 299])("with status %i is a success", (status) => {
    expect(judge(anExchange({ status }), testNow)).toEqual({ kind: "succeeded", gone: false });
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
  ])("with status %i is a failure", (status, meaning) => {
    const plain = { kind: "failed", gone: false, aborted: false, overloaded: false, retryAfterMs: null };
    expect(judge(anExchange({ status }), testNow)).toEqual({ ...plain, ...meaning });
  });

  it("without an answer is a failure", () => {
    expect(judge(anExchange({ status: null, error: "timeout" }), testNow)).toMatchObject({ kind: "failed" });
  });

  it.each([
    ["abort-message", { aborted: true, gone: false }],
    ["Disable", { aborted: false, gone: true }],
    ["whatever", { aborted: false, gone: false }],
  ])("can end it by the header webhook-delivery: %s", (wish, meaning) => {
    const exchange = anExchange({ status: 500, headers: { "webhook-delivery": wish } });
    expect(judge(exchange, testNow)).toMatchObject(meaning);
  });

  it.each([200, 204, 302, 404, 429, 503])("with status %i disables the endpoint by that header", (status) => {
    const exchange = anExchange({ status, headers: { "webhook-delivery": "disable" } });
    expect(judge(exchange, testNow)).toMatchObject({ kind: status < 300 ? "succeeded" : "failed", gone: true });
  });

  it("keeps its success whatever the header says", () => {
    const exchange = anExchange({ headers: { "webhook-delivery": "abort-message" } });
    expect(judge(exchange, testNow)).toEqual({ kind: "succeeded", gone: false });
  });
});

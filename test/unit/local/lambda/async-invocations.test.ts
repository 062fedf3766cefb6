import { describe, expect, it } from "vitest";
import { asyncRetryPolicy, createAsyncInvoker } from "#infra/local/lambda/async-invocations.ts";
import type { InvocationResult } from "#infra/local/lambda/execution-environment.ts";
import type { ThrottledInvocation } from "#infra/local/lambda/local-function.ts";
import { createResources } from "#infra/local/template/resources.ts";
import { until } from "#test/support/until.ts";

const failed: InvocationResult = { kind: "error", error: { errorType: "Error", errorMessage: "the reason" } };
const done: InvocationResult = { kind: "result", payload: "null" };
const throttled: ThrottledInvocation = { kind: "throttled" };
const hours = 3_600_000;
const sixHours = 6 * hours;

/** Accepts an event for a function with these outcomes; returns the pauses between them and the last log line. */
async function accept(
  outcomes: readonly (InvocationResult | ThrottledInvocation)[],
  { maxRetries = 2, maxAgeMs = sixHours } = {},
) {
  const waits: number[] = [];
  const lines: string[] = [];
  const payloads: string[] = [];
  let clock = 0;
  let settled = false;
  const { invokeAsync: accept } = createAsyncInvoker({
    policy: { maxRetries, maxAgeMs },
    now: () => new Date(clock),
    async invoke(payload) {
      const outcome = outcomes[payloads.push(payload) - 1];
      if (outcome === undefined) throw new Error("The function was invoked too often.");
      settled = payloads.length === outcomes.length;
      return outcome;
    },
    async wait(ms) {
      waits.push(ms);
      clock += ms;
    },
    log: (text) => lines.push(text),
  });
  accept("{}");
  await until(() => settled && lines.length >= outcomes.filter(({ kind }) => kind !== "result").length);
  expect(new Set(payloads)).toEqual(new Set(["{}"]));
  return { waits, last: lines.at(-1) };
}

describe("asynchronous invocation", () => {
  it.each([
    ["succeeds immediately", [done], {}, []],
    ["succeeds at the third attempt", [failed, failed, done], {}, [60_000, 120_000]],
    ["costs no retry while it is throttled", [throttled, throttled, failed, done], {}, [1_000, 2_000, 60_000]],
  ])("%s", async (_, outcomes, rules, waits) => {
    expect((await accept(outcomes, rules)).waits).toEqual(waits);
  });

  it.each([
    ["after two retries", [failed, failed, failed], {}, [60_000, 120_000]],
    ["after as many as it may have", [failed], { maxRetries: 0 }, []],
    ["where the next would be too late", [failed, failed], { maxAgeMs: 90_000 }, [60_000]],
  ])("is discarded %s", async (_, outcomes, rules, waits) => {
    expect(await accept(outcomes, rules)).toEqual({
      waits,
      last: "an asynchronous invocation was given up: the reason",
    });
  });

  it("is retried with increasing pauses for at most six hours when throttled", async () => {
    const { waits, last } = await accept(Array<ThrottledInvocation>(80).fill(throttled));
    expect(waits.slice(0, 10).map((ms) => ms / 1_000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(sixHours);
    expect(last).toBe("an asynchronous invocation was given up: it was throttled");
  });

  it("is not retried after its function is stopped", async () => {
    let invocations = 0;
    const waiting = Promise.withResolvers<AbortSignal>();
    const { invokeAsync: accept, stop } = createAsyncInvoker({
      policy: { maxRetries: 2, maxAgeMs: sixHours },
      now: () => new Date(0),
      async invoke() {
        invocations += 1;
        return failed;
      },
      wait: (_, signal) => {
        waiting.resolve(signal);
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      },
      log: () => {},
    });
    accept("{}");
    const signal = await waiting.promise;
    stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(signal.aborted).toBe(true);
    expect(invocations).toBe(1);
  });
});

describe("asynchronous invocation settings", () => {
  const fn = { name: "Fn", arn: "arn:aws:lambda:us-east-1:000000000000:function:Fn" };
  const rulesOf = (config: Record<string, unknown>) => {
    const Properties = { FunctionName: "Fn", Qualifier: "$LATEST", ...config };
    const Resources = { Config: { Type: "AWS::Lambda::EventInvokeConfig", Properties } };
    const region = { account: "000000000000", region: "us-east-1" };
    const place = { ...region, stackName: "test", api: "", services: "", streamLabels: new Map<string, string>() };
    return asyncRetryPolicy(fn, createResources({ Resources, Outputs: {}, Conditions: {}, Parameters: {} }, place));
  };

  it.each([
    [
      { FunctionName: "Other", MaximumRetryAttempts: 0 },
      { maxRetries: 2, maxAgeMs: sixHours },
    ],
    [{ MaximumRetryAttempts: 0 }, { maxRetries: 0, maxAgeMs: sixHours }],
    [{ MaximumEventAgeInSeconds: 60 }, { maxRetries: 2, maxAgeMs: 60_000 }],
  ])("%j", (config, expected) => {
    expect(rulesOf(config)).toEqual(expected);
  });

  it("reject destinations", () => {
    const DestinationConfig = { OnFailure: { Destination: "arn:aws:sqs:us-east-1:000000000000:q" } };
    expect(() => rulesOf({ DestinationConfig })).toThrow("asynchronous invocations have no destinations here");
  });
});

import { describe, expect, it } from "vitest";
import type { Authorize } from "#infra/local/iam/authorizer.ts";
import { systemClock } from "#infra/local/schedules/clock.ts";
import { openSchedules } from "#infra/local/schedules/host.ts";
import { rateSchema } from "#infra/local/schedules/rate.ts";
import { createResources } from "#infra/local/template/resources.ts";

const where = { account: "000000000000", region: "us-east-1" };
const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:Fn";
const ruleArn = "arn:aws:events:us-east-1:000000000000:rule/Rule";
const times = [new Date("2026-05-11T08:30:12.345Z"), new Date("2026-05-11T08:35:12.345Z")];

/** Hosts a template with a rule for two ticks. Returns the events of the function, and the interval. */
async function run(rule: Record<string, unknown>, authorize: Authorize = async () => undefined) {
  const Properties = { ScheduleExpression: "rate(5 minutes)", Targets: [{ Id: "T", Arn: functionArn }], ...rule };
  const Resources = { Rule: { Type: "AWS::Events::Rule", Properties } };
  const place = { ...where, stackName: "test", api: "", services: "", streamLabels: new Map<string, string>() };
  const resources = createResources({ Resources, Outputs: {}, Conditions: {}, Parameters: {} }, place);
  const accepted: string[] = [];
  const periods: number[] = [];
  const schedules = await openSchedules({
    resources,
    functions: new Map([["Fn", { invokeAsync: (payload: string) => void accepted.push(payload) }]]),
    authorize,
    awsEnvironment: where,
    newId: () => "id-1",
    async *clock(periodMs) {
      periods.push(periodMs);
      yield* times;
    },
  });
  await schedules.run(new AbortController().signal);
  return { accepted, periods, notRun: schedules.notRun };
}

describe("parseRate", () => {
  it.each([
    ["rate(1 minute)", 60_000],
    ["rate(5 minutes)", 300_000],
    ["rate(1 hour)", 3_600_000],
    ["rate(12 hours)", 43_200_000],
    ["rate(1 day)", 86_400_000],
    ["rate(24 days)", 24 * 86_400_000],
  ])("parses %s to %i ms", (expression, periodMs) => {
    expect(rateSchema.parse(expression)).toBe(periodMs);
  });

  it.each([
    "rate(0 minutes)",
    "rate(1 minutes)",
    "rate(2 minute)",
    "rate(30 seconds)",
    "rate(1.5 hours)",
    "rate(-1 minutes)",
    " rate(1 minute)",
    "cron(0 12 * * ? *)",
    "at(2026-05-11T08:30:12)",
    "",
  ])("%j is refused", (expression) => {
    expect(rateSchema.safeParse(expression).error?.message).toContain("is not run here: write a rate");
  });

  it("throws when it is longer than a timer allows", () => {
    expect(rateSchema.safeParse("rate(25 days)").error?.message).toContain("the longest period is 24 days");
  });
});

describe("schedule", () => {
  it("is not made of a rule for events of AWS, which do not happen here", async () => {
    const { periods, notRun } = await run({ ScheduleExpression: undefined, EventPattern: { source: ["aws.kms"] } });
    expect([periods, notRun]).toEqual([[], []]);
  });

  it("invokes its target with EventBridge's event at each tick", async () => {
    const { accepted, periods } = await run({});
    expect(periods).toEqual([300_000]);
    expect(accepted.map((payload) => JSON.parse(payload))).toEqual(
      ["2026-05-11T08:30:12Z", "2026-05-11T08:35:12Z"].map((time) => ({
        version: "0",
        id: "id-1",
        "detail-type": "Scheduled Event",
        source: "aws.events",
        account: "000000000000",
        time,
        region: "us-east-1",
        resources: [ruleArn],
        detail: {},
      })),
    );
  });

  it("invokes its target with a constant input", async () => {
    const { accepted } = await run({ Targets: [{ Arn: functionArn, Input: '{"shard":1}' }] });
    expect(accepted).toEqual(['{"shard":1}', '{"shard":1}']);
  });

  it("does not run while it is disabled", async () => {
    expect(await run({ State: "DISABLED" })).toEqual({ accepted: [], periods: [], notRun: [] });
  });

  it("validates a cron schedule and reports it as not run", async () => {
    const ScheduleExpression = "cron(0 13 * * ? *)";
    expect(await run({ ScheduleExpression })).toEqual({
      accepted: [],
      periods: [],
      notRun: ["Rule, cron(0 13 * * ? *)"],
    });
    const refuse: Authorize = async () => "Not authorized.";
    await expect(run({ ScheduleExpression }, refuse)).rejects.toThrow("Rule cannot run its target. Not authorized.");
  });

  it("requires the function's permission for the rule", async () => {
    const asked: unknown[] = [];
    const refuse: Authorize = async (principal, access) => {
      asked.push(principal.arn, access);
      return "Not authorized.";
    };
    await expect(run({}, refuse)).rejects.toThrow("Rule cannot run its target. Not authorized.");
    const context = { "aws:SourceArn": ruleArn, "aws:SourceAccount": "000000000000" };
    const access = { action: "lambda:InvokeFunction", resource: functionArn, context };
    expect(asked).toEqual(["events.amazonaws.com", access]);
  });

  it.each([
    [{ ScheduleExpression: "cron(0 12 * * ?)" }, "cannot host Rule (AWS::Events::Rule)"],
    [{ ScheduleExpression: undefined, EventPattern: { source: ["app.orders"] } }, "there is no event bus here"],
    [{ Targets: [{ Arn: functionArn, Input: "{" }] }, "must be JSON"],
    [{ Targets: [{ Arn: functionArn, InputPath: "$.detail" }] }, "a constant Input or the whole event"],
    [{ Targets: [{ Arn: "arn:aws:sqs:us-east-1:000000000000:q" }] }, "which is no function of the template"],
  ])("%j is refused at the start", async (rule, reason) => {
    await expect(run(rule)).rejects.toThrow(reason);
  });
});

it("system clock ticks until it is stopped", async () => {
  const stopping = new AbortController();
  const ticks: Date[] = [];
  for await (const time of systemClock(1, stopping.signal)) {
    ticks.push(time);
    if (ticks.length === 3) stopping.abort();
  }
  expect(ticks).toHaveLength(3);
});

import { describe, expect, it } from "vitest";
import * as z from "zod";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { plainId, templateOf } from "#test/support/infra/template.ts";

const template = templateOf("prod", fullStage);

const alarm = z.object({
  Metrics: z.array(z.object({ Id: z.string(), Expression: z.string().optional() })).optional(),
  Threshold: z.number(),
  EvaluationPeriods: z.number(),
  ComparisonOperator: z.string(),
  TreatMissingData: z.string(),
});

const alarms = new Map(
  Object.entries(template.findResources("AWS::CloudWatch::Alarm")).map(
    ([id, { Properties }]) => [plainId(id), alarm.parse(Properties)] as const,
  ),
);

/** Evaluates the expression of an alarm, for the part of CloudWatch's metric math that our alarms use. */
function evaluateAlarm(id: string, values: Readonly<Record<string, number>>): number {
  const expression = alarms.get(id)?.Metrics?.find(({ Expression }) => Expression !== undefined)?.Expression ?? "";
  const filled = expression.replaceAll(/FILL\((\w+), 0\)/g, (_, name: string) => String(values[name] ?? 0));
  const [, left = "", least = "", right = ""] = /^IF\((\d+) >= (\d+) AND (\d+) == 0, 1, 0\)$/.exec(filled) ?? [];
  if (left !== "") return Number(left) >= Number(least) && Number(right) === 0 ? 1 : 0;
  if (!/^\d+( \+ \d+)*$/.test(filled)) throw new Error(`Unsupported expression: ${filled}`);
  return filled.split(" + ").reduce((sum, value) => sum + Number(value), 0);
}

it.each([
  ["AuditAuditLogStalled", 1],
  ["SequencerSequencerStalled", 1],
  ["WebhooksFanOutFanOutStalled", 1],
  ["IngestIngestStalled", 1],
  ["PublicApiAccessLogStalled", 20],
  ["WebhooksDeliverySchedulerDeliverySchedulerStalled", 1],
  ["ArchiveArchiveStalled", 1],
])("%s fires when the input has data and the output has none, and not while both are idle", (id, least) => {
  expect(evaluateAlarm(id, {})).toBe(0);
  expect(evaluateAlarm(id, { input: least })).toBe(1);
  expect(evaluateAlarm(id, { input: least - 1 })).toBe(0);
  expect(evaluateAlarm(id, { input: least, output: 1 })).toBe(0);
  expect(alarms.get(id)?.Threshold).toBe(1);
});

it.each([
  "EventLogEventsThrottled",
  "EventLogEventReadsThrottled",
  "PublicApiApiThrottled",
  "WebhooksDeliveriesDeliveriesThrottled",
])("%s sums the throttling of all its sources", (id) => {
  const names = (alarms.get(id)?.Metrics ?? []).flatMap(({ Id, Expression }) => (Expression === undefined ? [Id] : []));
  expect(names.length).toBeGreaterThan(1);
  expect(names.length).toBeLessThanOrEqual(10);
  expect(evaluateAlarm(id, {})).toBe(0);
  for (const name of names) expect(evaluateAlarm(id, { [name]: 3 })).toBe(3);
});

const metric = z.object({ Namespace: z.string(), MetricName: z.string() });
const watched = z.object({
  Metrics: z
    .array(z.object({ MetricStat: z.object({ Metric: metric, Period: z.number(), Stat: z.string() }) }))
    .optional(),
  EvaluationPeriods: z.number(),
  Threshold: z.number(),
  AlarmDescription: z.string(),
});

/** Returns the metric of an alarm. CloudFormation has a different form for a metric with a label. */
function watchedBy(id: string) {
  const resources = Object.entries(template.findResources("AWS::CloudWatch::Alarm"));
  const [properties] = resources.flatMap(([name, { Properties }]) => (plainId(name) === id ? [Properties] : []));
  const { Metrics, ...rest } = watched.parse(properties);
  const [stat] = Metrics ?? [];
  if (stat === undefined) return { ...rest, ...metric.extend({ Period: z.number() }).parse(properties) };
  return { ...rest, ...stat.MetricStat.Metric, Period: stat.MetricStat.Period };
}

it.each([
  ["IngestIngestAge", "AWS/SQS", "ApproximateAgeOfOldestMessageInQuietGroups", 60, 300, "[page]"],
  ["IngestIngestBacklog", "AWS/SQS", "ApproximateAgeOfOldestMessage", 60, 3_600, "[page]"],
  ["IngestIngestInFlight", "AWS/SQS", "ApproximateNumberOfMessagesNotVisible", 60, 80_000, "[page]"],
  ["IngestIngestUnavailable", "ActivityLog", "DeferralAge", 60, 300_000, "[page]"],
  ["SequencerSequencerLag", "AWS/Lambda", "IteratorAge", 60, 60_000, "[page]"],
  ["IngestOrgThrottled", "ActivityLog", "EventsDeferredThrottled", 300, 1, "[notice]"],
] as const)("%s fires for %s %s", (id, Namespace, MetricName, Period, Threshold, severity) => {
  const { AlarmDescription, ...found } = watchedBy(id);
  expect(found).toEqual({ Namespace, MetricName, Period, Threshold, EvaluationPeriods: 3 });
  expect(AlarmDescription.startsWith(severity)).toBe(true);
});

describe("alarms of a new stack", () => {
  /** Minutes until Lambda polls a new event source: see "Polling and stream starting positions" in the Lambda developer guide. */
  const minutesUntilPolled = 15;
  const stalledAlarms = [...alarms].filter(([id]) => /Stalled$/.test(id));

  it.each([...alarms])("%s does not fire without data", (id, found) => {
    expect(found).toMatchObject({
      TreatMissingData: "notBreaching",
      ComparisonOperator: expect.stringMatching(/^GreaterThan/),
    });
    if (found.Metrics?.some(({ Expression }) => Expression !== undefined)) {
      expect(evaluateAlarm(id, {})).toBeLessThan(found.Threshold);
    }
  });

  it.each(stalledAlarms)("%s waits until new functions have started", (id, { EvaluationPeriods }) => {
    const properties = Object.entries(template.findResources("AWS::CloudWatch::Alarm")).find(
      ([name]) => plainId(name) === id,
    )?.[1].Properties;
    const { Metrics } = z
      .object({ Metrics: z.array(z.object({ MetricStat: z.object({ Period: z.number() }).optional() })) })
      .parse(properties);
    const seconds = Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Period]));
    expect(new Set(seconds).size).toBe(1);
    expect((EvaluationPeriods * Math.max(...seconds)) / 60).toBeGreaterThanOrEqual(minutesUntilPolled);
  });

  it("ArchiveStalled evaluates two whole days, so that it does not fire before the first export", () => {
    expect(alarms.get("ArchiveArchiveStalled")?.EvaluationPeriods).toBe(2);
    expect(stalledAlarms.length).toBe(8);
  });
});

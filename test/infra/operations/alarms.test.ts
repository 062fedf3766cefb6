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

/** What an alarm's expression comes to, by the little of CloudWatch's metric math that ours use. */
function figureOf(id: string, figures: Readonly<Record<string, number>>): number {
  const expression = alarms.get(id)?.Metrics?.find(({ Expression }) => Expression !== undefined)?.Expression ?? "";
  const filled = expression.replaceAll(/FILL\((\w+), 0\)/g, (_, name: string) => String(figures[name] ?? 0));
  const [, left = "", least = "", right = ""] = /^IF\((\d+) >= (\d+) AND (\d+) == 0, 1, 0\)$/.exec(filled) ?? [];
  if (left !== "") return Number(left) >= Number(least) && Number(right) === 0 ? 1 : 0;
  if (!/^\d+( \+ \d+)*$/.test(filled)) throw new Error(`This expression is not understood: ${filled}`);
  return filled.split(" + ").reduce((sum, figure) => sum + Number(figure), 0);
}

it.each([
  ["AuditAuditLogStalled", 1],
  ["WebhooksFanOutFanOutStalled", 1],
  ["IngestIngestStalled", 1],
  ["PublicApiAccessLogStalled", 20],
  ["WebhooksDeliverySchedulerDeliverySchedulerStalled", 1],
  ["ArchiveArchiveStalled", 1],
])("%s fires if the input has data and the output has none, and not while both are idle", (id, least) => {
  expect(figureOf(id, {})).toBe(0);
  expect(figureOf(id, { input: least })).toBe(1);
  expect(figureOf(id, { input: least - 1 })).toBe(0);
  expect(figureOf(id, { input: least, output: 1 })).toBe(0);
  expect(alarms.get(id)?.Threshold).toBe(1);
});

it.each([
  "EventLogEventsThrottled",
  "EventLogEventReadsThrottled",
  "PublicApiApiThrottled",
  "WebhooksDeliveriesDeliveriesThrottled",
])("%s adds up what was held back anywhere", (id) => {
  const names = (alarms.get(id)?.Metrics ?? []).flatMap(({ Id, Expression }) => (Expression === undefined ? [Id] : []));
  expect(names.length).toBeGreaterThan(1);
  expect(names.length).toBeLessThanOrEqual(10);
  expect(figureOf(id, {})).toBe(0);
  for (const name of names) expect(figureOf(id, { [name]: 3 })).toBe(3);
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

/** What an alarm watches. CloudFormation has another form for a metric with a label. */
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
  ["IngestOrgThrottled", "ActivityLog", "EventsDeferredThrottled", 300, 1, "[notice]"],
] as const)("%s rings for %s %s", (id, Namespace, MetricName, Period, Threshold, severity) => {
  const { AlarmDescription, ...found } = watchedBy(id);
  expect(found).toEqual({ Namespace, MetricName, Period, Threshold, EvaluationPeriods: 3 });
  expect(AlarmDescription.startsWith(severity)).toBe(true);
});

describe("in the first hour of a healthy new stack", () => {
  /** Minutes until Lambda polls a new event source: see "Polling and stream starting positions" in its guide. */
  const untilPolled = 15;
  const silences = [...alarms].filter(([id]) => /Stalled$/.test(id));

  it.each([...alarms])("%s does not ring while there are no figures", (id, found) => {
    expect(found).toMatchObject({
      TreatMissingData: "notBreaching",
      ComparisonOperator: expect.stringMatching(/^GreaterThan/),
    });
    if (found.Metrics?.some(({ Expression }) => Expression !== undefined)) {
      expect(figureOf(id, {})).toBeLessThan(found.Threshold);
    }
  });

  it.each(silences)("%s waits until new functions had time to begin", (id, { EvaluationPeriods }) => {
    const properties = Object.entries(template.findResources("AWS::CloudWatch::Alarm")).find(
      ([name]) => plainId(name) === id,
    )?.[1].Properties;
    const { Metrics } = z
      .object({ Metrics: z.array(z.object({ MetricStat: z.object({ Period: z.number() }).optional() })) })
      .parse(properties);
    const seconds = Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Period]));
    expect(new Set(seconds).size).toBe(1);
    expect((EvaluationPeriods * Math.max(...seconds)) / 60).toBeGreaterThanOrEqual(untilPolled);
  });

  it("the archive is not missed before it has run: its alarm looks at two whole days", () => {
    expect(alarms.get("ArchiveArchiveStalled")?.EvaluationPeriods).toBe(2);
    expect(silences.length).toBe(6);
  });
});

import { invocationFields } from "./invocation.ts";
import { writeLine } from "./log.ts";
import { type MetricName, metricNamespace } from "./metric-names.ts";

export type MetricCounts = { [metric in MetricName]?: number };

/** Increases the count of a metric. */
export function increment(counts: MetricCounts, metric: MetricName, by = 1): void {
  counts[metric] = (counts[metric] ?? 0) + by;
}

/**
 * Returns counts, and times in milliseconds, as fields of a log line from which CloudWatch extracts metrics: see the AWS
 * documentation, "Specification: Embedded metric format". Dimensions are names of other fields of the line; each set of
 * them is a metric of its own.
 */
export function metricFields(
  { counts, times = {} }: { counts: Readonly<Record<string, number>>; times?: Readonly<Record<string, number>> },
  now: Date,
  dimensions: readonly (readonly string[])[] = [[]],
) {
  const named = (fields: object, Unit: string) => Object.keys(fields).map((Name) => ({ Name, Unit }));
  const metrics = [...named(counts, "Count"), ...named(times, "Milliseconds")];
  const directive = { Namespace: metricNamespace, Dimensions: dimensions, Metrics: metrics };
  return { ...counts, ...times, _aws: { Timestamp: now.getTime(), CloudWatchMetrics: [directive] } };
}

/** Writes a line with only metrics. */
export function emitMetrics(
  counts: Readonly<Record<string, number>>,
  now: Date,
  times: Readonly<Record<string, number>> = {},
) {
  writeLine({ time: now.toISOString(), ...invocationFields(), ...metricFields({ counts, times }, now) });
}

import { invocationFields } from "./invocation.ts";
import { type MetricName, metricNamespace } from "./metric-names.ts";
import { writeLine } from "./write-line.ts";

export type MetricCounts = { [metric in MetricName]?: number };

export function increment(counts: MetricCounts, metric: MetricName, by = 1): void {
  counts[metric] = (counts[metric] ?? 0) + by;
}

/**
 * Counts, and times in milliseconds, as fields of a log line that CloudWatch makes metrics of, without a call: its
 * Embedded Metric Format. See the AWS documentation, "Specification: Embedded metric format". Each set of dimensions,
 * which are other fields of the line, makes a metric of its own.
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

/** Writes a line of metrics and nothing else. */
export function emitMetrics(
  counts: Readonly<Record<string, number>>,
  now: Date,
  times: Readonly<Record<string, number>> = {},
) {
  writeLine({ time: now.toISOString(), ...invocationFields(), ...metricFields({ counts, times }, now) });
}

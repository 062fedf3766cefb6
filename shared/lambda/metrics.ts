import { type Metric, metricNamespace } from "./names.ts";
import { writeLine } from "./write-line.ts";

export type Counts = { [metric in Metric]?: number };

export function add(counts: Counts, metric: Metric, by = 1): void {
  counts[metric] = (counts[metric] ?? 0) + by;
}

/**
 * Writes counts in CloudWatch's Embedded Metric Format, which turns a log line into metrics without a call.
 * See the AWS documentation, "Specification: Embedded metric format".
 */
export function count(counts: Readonly<Record<string, number>>, now: Date): void {
  const metrics = Object.keys(counts).map((Name) => ({ Name, Unit: "Count" }));
  const directive = { Namespace: metricNamespace, Dimensions: [[]], Metrics: metrics };
  writeLine({ _aws: { Timestamp: now.getTime(), CloudWatchMetrics: [directive] }, ...counts });
}

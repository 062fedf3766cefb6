import { Duration } from "aws-cdk-lib";
import {
  GraphWidget,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  Metric,
} from "aws-cdk-lib/aws-cloudwatch";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { metricNamespace } from "#shared/platform/observability/metric-names.ts";

const height = 6;

/** A graph of some metrics; three of them fill a row. */
export function graph(title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, left: [...left], right: [...right], width: 8, height });
}

/** One of the functions' own metrics. Times are in milliseconds. */
export function ownMetric(
  metricName: string,
  statistic: string,
  { label = metricName, dimensions = {} }: { label?: string; dimensions?: Record<string, string> } = {},
): Metric {
  const period = Duration.minutes(5);
  return new Metric({ namespace: metricNamespace, metricName, statistic, label, dimensionsMap: dimensions, period });
}

/** Messages in a queue. */
export function depth(queue: IQueue, label: string): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ label, statistic: "Maximum" });
}

/** A table, or a bar chart, of what Logs Insights answers; each refresh reads the log for the time that is shown. */
export function logQuery(title: string, group: ILogGroup, queryString: string, view: "table" | "bars" = "table") {
  return new LogQueryWidget({
    title,
    logGroupNames: [group.logGroupName],
    queryString,
    view: view === "table" ? LogQueryVisualizationType.TABLE : LogQueryVisualizationType.BAR,
    width: 8,
    height,
  });
}

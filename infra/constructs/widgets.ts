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

/** Creates a graph of metrics. Three graphs fill a row. */
export function graph(title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, left: [...left], right: [...right], width: 8, height });
}

/** Returns a metric that the functions publish. Times are in milliseconds. */
export function ownMetric(
  metricName: string,
  statistic: string,
  { label = metricName, dimensions = {} }: { label?: string; dimensions?: Record<string, string> } = {},
): Metric {
  const period = Duration.minutes(5);
  return new Metric({ namespace: metricNamespace, metricName, statistic, label, dimensionsMap: dimensions, period });
}

/** Returns the number of visible messages of a queue. */
export function depth(queue: IQueue, label: string): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ label, statistic: "Maximum" });
}

/** Creates a table or bar chart of a Logs Insights query. Each refresh scans the log of the displayed time. */
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

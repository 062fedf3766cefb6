import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";

const period = Duration.minutes(1);

/** Returns the throttled reads or writes of a table and its indexes, which the table's own metric does not include. */
export function tableThrottles(table: TableV2, kind: "Read" | "Write", indexes: readonly string[]): IMetric {
  const metric = (dimensions: Record<string, string>) =>
    table.metric(`${kind}ThrottleEvents`, {
      period,
      statistic: "Sum",
      dimensionsMap: { TableName: table.tableName, ...dimensions },
    });
  const ofIndexes = indexes.map((GlobalSecondaryIndexName) => metric({ GlobalSecondaryIndexName }));
  return sumOf(kind.toLowerCase(), [metric({}), ...ofIndexes]);
}

/** Returns the throttled invocations of functions. */
export function functionThrottles(functions: readonly LambdaFunction[]): IMetric {
  return sumOf(
    "call",
    functions.map((fn) => fn.metricThrottles({ period })),
  );
}

/**
 * Returns the sum of metrics; one without data counts as 0 (`FILL`). An alarm can use at most ten metrics, and a graph each
 * name only once.
 */
function sumOf(what: string, metrics: readonly IMetric[]): IMetric {
  const named = metrics.map((metric, at) => [`${what}${at}`, metric] as const);
  return new MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(" + "),
    usingMetrics: Object.fromEntries(named),
    label: `throttled ${what}s`,
    period,
  });
}

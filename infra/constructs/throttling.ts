import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";

const period = Duration.minutes(1);

/** How often DynamoDB held back reads or writes of a table and its indexes: the table's own figure leaves those out. */
export function tableThrottles(table: TableV2, kind: "Read" | "Write", indexes: readonly string[]): IMetric {
  const metric = (dimensions: Record<string, string>) =>
    table.metric(`${kind}ThrottleEvents`, {
      period,
      statistic: "Sum",
      dimensionsMap: { TableName: table.tableName, ...dimensions },
    });
  const ofIndexes = indexes.map((GlobalSecondaryIndexName) => metric({ GlobalSecondaryIndexName }));
  return sum(kind.toLowerCase(), [metric({}), ...ofIndexes]);
}

/** How often Lambda had no instance left for some functions. */
export function functionThrottles(functions: readonly LambdaFunction[]): IMetric {
  return sum(
    "call",
    functions.map((fn) => fn.metricThrottles({ period })),
  );
}

/**
 * How often something was held back. Where one of the metrics has no figure, it counts as none: `FILL`. An alarm takes
 * ten metrics at most, and a graph each name once.
 */
function sum(what: string, metrics: readonly IMetric[]): IMetric {
  const named = metrics.map((metric, at) => [`${what}${at}`, metric] as const);
  return new MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(" + "),
    usingMetrics: Object.fromEntries(named),
    label: `${what}s held back`,
    period,
  });
}

import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";

const period = Duration.minutes(1);

/** How often DynamoDB held back reads or writes of a table, or writes of its indexes. */
export function tableThrottles(table: TableV2, indexes: readonly string[]): IMetric {
  const metric = (metricName: string, dimensions: Record<string, string> = {}) =>
    table.metric(metricName, {
      period,
      statistic: "Sum",
      dimensionsMap: { TableName: table.tableName, ...dimensions },
    });
  return sum("throttled", [
    metric("ReadThrottleEvents"),
    metric("WriteThrottleEvents"),
    ...indexes.map((GlobalSecondaryIndexName) => metric("WriteThrottleEvents", { GlobalSecondaryIndexName })),
  ]);
}

/** How often Lambda had no instance left for some functions. */
export function functionThrottles(functions: readonly LambdaFunction[]): IMetric {
  return sum(
    "throttled",
    functions.map((fn) => fn.metricThrottles({ period })),
  );
}

/** An alarm's condition: it happens for three minutes on end. */
export function happensOnEnd(metric: IMetric) {
  return {
    metric,
    threshold: 1,
    evaluationPeriods: 3,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // What held nothing back has no figure.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** Where one of them has no figure, it counts as none: `FILL`. An alarm takes ten metrics at most. */
function sum(label: string, metrics: readonly IMetric[]): IMetric {
  const named = metrics.map((metric, at) => [`m${at}`, metric] as const);
  return new MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(" + "),
    usingMetrics: Object.fromEntries(named),
    label,
    period,
  });
}

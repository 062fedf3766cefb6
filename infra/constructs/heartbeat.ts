import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";

/** Period over which input and output are compared. */
export const heartbeatPeriod = { period: Duration.minutes(5), statistic: "Sum" };

/**
 * Returns a metric that is 1 while an input has data and the output that must follow from it has none, otherwise 0. A
 * disabled consumer emits no errors, so only this comparison shows it. The input must be at least `atLeast`.
 */
export function missingHeartbeat({
  input,
  output,
  atLeast = 1,
  period = heartbeatPeriod.period,
}: {
  input: IMetric;
  output: IMetric;
  atLeast?: number;
  period?: Duration;
}): IMetric {
  return new MathExpression({
    expression: `IF(FILL(input, 0) >= ${atLeast} AND FILL(output, 0) == 0, 1, 0)`,
    usingMetrics: { input, output },
    label: "stalled",
    period,
  });
}

import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";

/** Returns an alarm condition: the metric is 1 or more in one period. Without data points the alarm stays OK. */
export function whenNonZero(metric: IMetric) {
  return {
    metric,
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** Returns an alarm condition: the metric is 1 or more in three consecutive periods. */
export function whenNonZeroForThreePeriods(metric: IMetric) {
  return { ...whenNonZero(metric), evaluationPeriods: 3 };
}

/** Returns an alarm condition: the metric is above a threshold in three consecutive periods. */
export function whenAboveForThreePeriods(metric: IMetric, threshold: number) {
  return {
    metric,
    threshold,
    evaluationPeriods: 3,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** Returns an alarm condition: for three minutes, the oldest record that a stream function receives is above an age. */
export function whenStreamLagExceeds(fn: LambdaFunction, age: Duration) {
  const iteratorAge = fn.metric("IteratorAge", { period: Duration.minutes(1), statistic: "Maximum" });
  return whenAboveForThreePeriods(iteratorAge, age.toMilliseconds());
}

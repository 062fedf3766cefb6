import { ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";

/** An alarm's condition: it happens at all. Of what does not happen there is no figure. */
export function happens(metric: IMetric) {
  return {
    metric,
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** The same, for three periods on end. */
export function happensOnEnd(metric: IMetric) {
  return { ...happens(metric), evaluationPeriods: 3 };
}

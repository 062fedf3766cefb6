import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";

/** Sums over so long are compared, to tell silence from idleness. */
export const silencePeriod = { period: Duration.minutes(5), statistic: "Sum" };

/**
 * 1 while a cause has its figure and what must follow from it has none, else 0: who is switched off tells of no trouble
 * of its own. Of the cause there must be `atLeast` so much.
 */
export function silence({
  cause,
  effect,
  atLeast = 1,
  period = silencePeriod.period,
}: {
  cause: IMetric;
  effect: IMetric;
  atLeast?: number;
  period?: Duration;
}): IMetric {
  return new MathExpression({
    expression: `IF(FILL(cause, 0) >= ${atLeast} AND FILL(effect, 0) == 0, 1, 0)`,
    usingMetrics: { cause, effect },
    label: "silent",
    period,
  });
}

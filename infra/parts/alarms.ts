import { Alarm, type AlarmProps } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";

/** Who is called: `page` now, `notice` in working hours. */
export type Severity = "page" | "notice";

export type OperatorAlarmProps = Required<
  Pick<AlarmProps, "metric" | "threshold" | "evaluationPeriods" | "comparisonOperator" | "treatMissingData">
> & {
  readonly severity: Severity;
  /** What broke, in a sentence. */
  readonly means: string;
};

/** An alarm that an operator can act on. Its id is the heading of its entry in RUNBOOK.md. */
export class OperatorAlarm extends Alarm {
  constructor(scope: Construct, id: string, { severity, means, ...props }: OperatorAlarmProps) {
    super(scope, id, { ...props, alarmDescription: `[${severity}] ${means} See RUNBOOK.md, "${id}".` });
  }
}

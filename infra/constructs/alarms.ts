import { Stack } from "aws-cdk-lib";
import { Alarm, type AlarmProps } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

/** Who is called: `page` now, `notice` in working hours. */
export type Severity = "page" | "notice";

export type OperatorAlarm = Required<
  Pick<AlarmProps, "metric" | "threshold" | "evaluationPeriods" | "comparisonOperator" | "treatMissingData">
> & {
  readonly severity: Severity;
  /** What broke, in a sentence. */
  readonly description: string;
};

/** Who hears of trouble: one topic for each severity, and an e-mail address for both if the stage names one. */
export class Alarms extends Construct {
  readonly #topics: Record<Severity, Topic>;

  constructor(scope: Construct, id: string, { email }: { email: string | null }) {
    super(scope, id);
    this.#topics = {
      page: new Topic(this, "Page", { enforceSSL: true }),
      notice: new Topic(this, "Notice", { enforceSSL: true }),
    };
    for (const topic of Object.values(this.#topics)) allowAlarms(topic);
    if (email === null) return;
    for (const topic of Object.values(this.#topics)) topic.addSubscription(new EmailSubscription(email));
  }

  /** Adds an alarm beside the resource that it watches. Its id is the heading of its entry in RUNBOOK.md. */
  add(scope: Construct, id: string, { severity, description: means, ...props }: OperatorAlarm): void {
    const alarmDescription = `[${severity}] ${means} See RUNBOOK.md, "${id}".`;
    const alarm = new Alarm(scope, id, { ...props, alarmDescription });
    alarm.addAlarmAction(new SnsAction(this.#topics[severity]));
  }
}

/**
 * Lets the alarms of this account publish. Enforcing TLS gives the topic a policy, which replaces the default one that
 * let them. See "Troubleshooting alarms" and the confused deputy problem in the guide of CloudWatch.
 */
function allowAlarms(topic: Topic): void {
  const { partition, region, account } = Stack.of(topic);
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "AlarmsPublish",
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { "aws:SourceAccount": account },
        ArnLike: { "aws:SourceArn": `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
      },
    }),
  );
}

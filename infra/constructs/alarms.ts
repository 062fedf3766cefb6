import { Stack } from "aws-cdk-lib";
import { Alarm, type AlarmProps } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { EventField, type EventPattern, Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

/** When an operator must react: `page` immediately, `notice` in working hours. */
export type Severity = "page" | "notice";

export type OperatorAlarm = Required<
  Pick<AlarmProps, "metric" | "threshold" | "evaluationPeriods" | "comparisonOperator" | "treatMissingData">
> & {
  readonly severity: Severity;
  /** What is wrong, in one sentence. */
  readonly description: string;
};

/** An event that operators are notified of. Management events need a trail of CloudTrail. */
export type OperatorEvent = Pick<OperatorAlarm, "description"> & { readonly eventPattern: EventPattern };

export type AlarmsProps = {
  /** Address that is subscribed to both topics; `null` for none. */
  readonly email: string | null;
};

/** The alarms of a stack, with one topic for each severity. */
export class Alarms extends Construct {
  readonly #topics: Record<Severity, Topic>;

  constructor(scope: Construct, id: string, { email }: AlarmsProps) {
    super(scope, id);
    this.#topics = {
      page: new Topic(this, "Page", { enforceSSL: true }),
      notice: new Topic(this, "Notice", { enforceSSL: true }),
    };
    for (const topic of Object.values(this.#topics)) grantPublishToAlarms(topic);
    grantPublishToRules(this.#topics.page);
    if (email === null) return;
    for (const topic of Object.values(this.#topics)) topic.addSubscription(new EmailSubscription(email));
  }

  /** Adds an alarm beside the resource that it watches. Its id is the heading of its entry in the runbook. */
  add(scope: Construct, id: string, { severity, description, ...props }: OperatorAlarm): void {
    const alarmDescription = `[${severity}] ${description} See docs/operate/runbook.md, "${id}".`;
    const alarm = new Alarm(scope, id, { ...props, alarmDescription });
    alarm.addAlarmAction(new SnsAction(this.#topics[severity]));
  }

  /** Adds a page for each event of AWS that matches, for what no metric shows. Its id has an entry in the runbook. */
  addEvent(scope: Construct, id: string, { description, eventPattern }: OperatorEvent): void {
    const text = `[page] ${description} See docs/operate/runbook.md, "${id}".`;
    const topic = this.#topics.page;
    const rule = new Rule(scope, id, { description: text, eventPattern });
    const input = RuleTargetInput.fromObject({
      description: text,
      time: EventField.time,
      region: EventField.region,
      call: EventField.fromPath("$.detail.eventName"),
      caller: EventField.fromPath("$.detail.userIdentity.arn"),
      event: EventField.fromPath("$.detail.eventID"),
    });
    rule.addTarget({ bind: () => ({ arn: topic.topicArn, input }) });
  }
}

/** Grants publishing to the rules of this account, for the same reasons as `grantPublishToAlarms`. */
function grantPublishToRules(topic: Topic): void {
  const { account } = Stack.of(topic);
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "EventRulesPublish",
      principals: [new ServicePrincipal("events.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": account } },
    }),
  );
}

/**
 * Grants publishing to the alarms of this account. `enforceSSL` adds a topic policy, which replaces the default policy that
 * allowed it. See "Troubleshooting alarms" and the confused deputy problem in the CloudWatch user guide.
 */
function grantPublishToAlarms(topic: Topic): void {
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

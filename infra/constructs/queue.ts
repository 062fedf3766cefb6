import { Duration, Validations } from "aws-cdk-lib";
import { Queue, QueueEncryption, type QueueProps } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { whenNonZero } from "./alarm-conditions.ts";
import type { Alarms } from "./alarms.ts";
import { retainExceptOnCreate } from "./retention.ts";

/** Settings of every queue: encryption, TLS only, and the longest retention of SQS. */
const common: QueueProps = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
};

/** Settings of a queue whose messages exist nowhere else: it is retained if the stack is deleted. */
const retained: QueueProps = { ...common, removalPolicy: retainExceptOnCreate };

/** A queue of messages that an operator must handle. No function consumes it, and it is retained with its messages. */
export class QuarantineQueue extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, retained);
    const reason = "No function consumes it, so no message can fail. An alarm fires while it contains messages.";
    Validations.of(this).acknowledge({ id: "AwsSolutions::AwsSolutions-SQS3", reason });
  }
}

export type QueueWithDlqProps = {
  readonly alarms: Alarms;
  /** Visibility timeout: six times the timeout of the consumer, as Lambda recommends. */
  readonly visibilitySeconds: number;
  /** Number of receives after which SQS moves a message to the dead-letter queue. */
  readonly maxReceives: number;
  /** True if its messages exist nowhere else: both queues are then retained if the stack is deleted. */
  readonly isOnlyCopy: boolean;
};

/** A queue with a dead-letter queue, and an alarm that fires while that contains messages. */
export class QueueWithDlq extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { alarms, visibilitySeconds, maxReceives, isOnlyCopy }: QueueWithDlqProps) {
    super(scope, id);
    const settings = isOnlyCopy ? retained : common;
    this.deadLetters = new Queue(this, "DeadLetters", settings);
    this.queue = new Queue(this, "Queue", {
      ...settings,
      visibilityTimeout: Duration.seconds(visibilitySeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceives },
    });
    alarms.add(this, `${id}DeadLetters`, {
      severity: "page",
      description: `Messages of the ${id} queue failed too often and wait in its dead-letter queue.`,
      ...whenNotEmpty(this.deadLetters, Duration.minutes(1)),
    });
  }
}

/** Returns an alarm condition: the queue contains a message. */
export function whenNotEmpty(queue: Queue, period: Duration) {
  return whenNonZero(queue.metricApproximateNumberOfMessagesVisible({ period, statistic: "Maximum" }));
}

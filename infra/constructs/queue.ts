import { Duration, Validations } from "aws-cdk-lib";
import { Queue, QueueEncryption, type QueueProps } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { whenNonZero } from "./conditions.ts";
import { keptOnceUsed } from "./retained.ts";

/** What every queue of this product has: encryption, TLS only, and messages for as long as SQS keeps any. */
const common: QueueProps = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
};

/** For a queue whose messages exist nowhere else: it outlives the stack. */
const kept: QueueProps = { ...common, removalPolicy: keptOnceUsed };

/** A queue in which what cannot go on waits for a person. No function reads it, and it outlives the stack. */
export class QuarantineQueue extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, kept);
    const reason =
      "Nothing consumes it, so nothing can fail on its messages: it is an end, and alarms when it holds any.";
    Validations.of(this).acknowledge({ id: "AwsSolutions::AwsSolutions-SQS3", reason });
  }
}

export type QueueWithDlqProps = {
  readonly alarms: Alarms;
  /** How long one consumer may hold a message; six times its function's timeout, as Lambda advises. */
  readonly visibilitySeconds: number;
  /** How often SQS gives a message out before it becomes a dead letter, unless the function makes it one sooner. */
  readonly maxReceives: number;
  /** Whether its messages exist nowhere else; it and its dead letters then outlive the stack. */
  readonly isOnlyCopy: boolean;
};

/** A queue that work comes from, and beside it the queue for what the system could not do, which alarms. */
export class QueueWithDlq extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { alarms, visibilitySeconds, maxReceives, isOnlyCopy }: QueueWithDlqProps) {
    super(scope, id);
    const settings = isOnlyCopy ? kept : common;
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

/** An alarm's condition: there is a message in the queue. */
export function whenNotEmpty(queue: Queue, period: Duration) {
  return whenNonZero(queue.metricApproximateNumberOfMessagesVisible({ period, statistic: "Maximum" }));
}

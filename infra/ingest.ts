import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { variables } from "../shared/lambda/names.ts";
import type { Access } from "./access.ts";
import type { EventLog } from "./event-log.ts";
import type { Alarms } from "./parts/alarms.ts";
import { NodeFunction } from "./parts/function.ts";
import { keeping, WorkQueue, whenItHolds } from "./parts/queue.ts";

export type IngestProps = {
  readonly alarms: Alarms;
  readonly eventLog: EventLog;
  readonly access: Access;
  readonly logRetention: RetentionDays;
  readonly concurrency: number;
};

const timeoutSeconds = 20;

/**
 * The write path: services send events to the queue, the function appends them, refused ones wait in a queue of their
 * own.
 */
export class Ingest extends Construct {
  readonly work: WorkQueue;
  readonly rejected: Queue;
  readonly fn: NodeFunction;

  constructor(scope: Construct, id: string, { alarms, eventLog, access, logRetention, concurrency }: IngestProps) {
    super(scope, id);
    this.work = new WorkQueue(this, "Ingest", { alarms, visibilitySeconds: 6 * timeoutSeconds, tries: 5 });
    this.rejected = new Queue(this, "Rejected", keeping);
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/ingest/ingest.ts",
      description: "Appends the events of the ingest queue to the log.",
      timeoutSeconds,
      logRetention,
    });
    // No window: an event is appended as soon as it arrives, ten at a time when they come together.
    const source = { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: concurrency };
    this.fn.addEventSource(new SqsEventSource(this.work.queue, source));
    eventLog.allowAppend(this.fn);
    access.allowPin(this.fn);
    this.rejected.grantSendMessages(this.fn);
    this.fn.addEnvironment(variables.rejectedQueue, this.rejected.queueUrl);

    alarms.add(this, "IngestAge", {
      severity: "page",
      means: "Accepted events wait longer than five minutes to be stored.",
      metric: this.work.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1) }),
      threshold: 300,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      // An empty queue reports no age.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarms.add(this, "RejectedEvents", {
      severity: "notice",
      means: "Services sent events that were refused; they wait in the rejected queue.",
      ...whenItHolds(this.rejected, Duration.minutes(5)),
    });
  }
}

import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import { metrics, variables } from "../shared/lambda/names.ts";
import type { Access } from "./access.ts";
import type { EventLog } from "./event-log.ts";
import { NodeFunction } from "./parts/function.ts";
import type { Operation } from "./parts/operation.ts";
import { HeldQueue, WorkQueue, whenItHolds } from "./parts/queue.ts";
import { depth, graph, ownMetric } from "./parts/widgets.ts";

export type IngestProps = {
  readonly operation: Operation;
  readonly eventLog: EventLog;
  readonly access: Access;
  readonly concurrency: number;
};

const timeoutSeconds = 20;

/**
 * The write path: services send events to the queue, the function appends them, refused ones wait in a queue of their
 * own.
 */
export class Ingest extends Construct {
  readonly work: WorkQueue;
  readonly rejected: HeldQueue;
  readonly fn: NodeFunction;

  constructor(scope: Construct, id: string, { operation, eventLog, access, concurrency }: IngestProps) {
    super(scope, id);
    const { alarms } = operation;
    this.work = new WorkQueue(this, "Ingest", { alarms, visibilitySeconds: 6 * timeoutSeconds, tries: 5 });
    this.rejected = new HeldQueue(this, "Rejected");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/ingest/ingest.ts",
      description: "Appends the events of the ingest queue to the log.",
      timeoutSeconds,
      log: operation.logRetention,
    });
    // No window: an event is appended as soon as it arrives, ten at a time when they come together.
    const source = { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: concurrency };
    this.fn.addEventSource(new SqsEventSource(this.work.queue, source));
    eventLog.allowAppend(this.fn);
    access.allowPin(this.fn);
    access.allowShards(this.fn);
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
    operation.board.show(
      "Ingest",
      graph("From arrival to storing, ms", [
        ownMetric(metrics.ingestLag, "Maximum", { label: "longest" }),
        ownMetric(metrics.ingestLag, "p50", { label: "half" }),
      ]),
      graph("Queue depths", [
        depth(this.work.queue, "ingest"),
        depth(this.work.deadLetters, "dead letters"),
        depth(this.rejected, "rejected"),
      ]),
      graph("The function", [
        this.fn.metricErrors({ label: "errors" }),
        this.fn.metricThrottles({ label: "held back" }),
      ]),
    );
  }
}

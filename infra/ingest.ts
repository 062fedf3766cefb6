import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import { metrics, variables } from "#shared/platform/names.ts";
import type { Access } from "./auth.ts";
import type { Alarms } from "./constructs/alarms.ts";
import { happensOnEnd } from "./constructs/conditions.ts";
import { NodeFunction } from "./constructs/function.ts";
import { silence, silencePeriod } from "./constructs/heartbeat.ts";
import type { Operation } from "./constructs/observability.ts";
import { HeldQueue, WorkQueue, whenItHolds } from "./constructs/queue.ts";
import { depth, graph, ownMetric } from "./constructs/widgets.ts";
import type { EventLog } from "./event-log.ts";

export type IngestProps = {
  readonly operation: Operation;
  readonly eventLog: EventLog;
  readonly access: Access;
  readonly concurrency: number;
};

/** Longer than a write takes at its worst, with time left to put off what is not stored: see `createIngestHandler`. */
const timeoutSeconds = 6;

/** Of the 120,000 that SQS hands out at once; at that limit it hands out nothing to anybody. */
const inFlightLimit = 80_000;

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
    this.work = new WorkQueue(this, "Ingest", {
      alarms,
      visibilitySeconds: 6 * timeoutSeconds,
      // The most that SQS takes: the function counts defects and crashes itself, and no instance is no fault of an event.
      maxReceives: 1_000,
      isOnlyCopy: true,
    });
    this.rejected = new HeldQueue(this, "Rejected");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/ingest/ingest.ts",
      description: "Appends the events of the ingest queue to the log.",
      timeoutSeconds,
      log: operation.logRetention,
      // It defers an event as often as it takes, each time as a new message of its own queue.
      allowsRecursion: true,
    });
    // No window: an event is appended as soon as it arrives, ten at a time when they come together.
    const source = { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: concurrency };
    this.fn.addEventSource(new SqsEventSource(this.work.queue, source));
    eventLog.allowAppend(this.fn);
    access.allowPin(this.fn);
    access.allowShards(this.fn);
    this.rejected.grantSendMessages(this.fn);
    this.fn.addEnvironment(variables.roleId, this.fn.roleId);
    this.fn.addEnvironment(variables.rejectedQueue, this.rejected.queueUrl);
    this.work.queue.grantSendMessages(this.fn);
    this.fn.addEnvironment(variables.ingestQueue, this.work.queue.queueUrl);
    this.work.deadLetters.grantSendMessages(this.fn);
    this.fn.addEnvironment(variables.ingestDeadLetters, this.work.deadLetters.queueUrl);
    this.addAlarms(alarms);
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
      graph("Deferred events", [
        ownMetric(metrics.eventsDeferredThrottled, "Sum", { label: "organisation throttled" }),
        ownMetric(metrics.eventsDeferredUnavailable, "Sum", { label: "service unavailable" }),
      ]),
      graph("The function", [
        this.fn.metricErrors({ label: "errors" }),
        this.fn.metricThrottles({ label: "held back" }),
      ]),
    );
  }
  private addAlarms(alarms: Alarms): void {
    const { queue } = this.work;
    const minute = { period: Duration.minutes(1), statistic: "Maximum" };
    alarms.add(this, "IngestAge", {
      severity: "page",
      means: "Accepted events wait longer than five minutes to be stored, of organisations that send few.",
      metric: queue.metric("ApproximateAgeOfOldestMessageInQuietGroups", minute),
      ...exceeds(300),
    });
    alarms.add(this, "IngestBacklog", {
      severity: "page",
      means: "Messages of the ingest queue wait for longer than an hour to be received, whoever sent them.",
      metric: queue.metricApproximateAgeOfOldestMessage(minute),
      // Deferring renews a message, so no throttling makes one that old; nor does SQS count one after three receives.
      ...exceeds(3_600),
    });
    alarms.add(this, "IngestStalled", {
      severity: "page",
      means: "Messages wait in the ingest queue, and the ingest function is not invoked: nothing is stored.",
      ...happensOnEnd(
        silence({
          cause: queue.metricApproximateNumberOfMessagesVisible({ ...silencePeriod, statistic: "Minimum" }),
          effect: this.fn.metricInvocations(silencePeriod),
        }),
      ),
    });
    alarms.add(this, "IngestInFlight", {
      severity: "page",
      means: "So many messages of the ingest queue are in flight that SQS is about to hand out none.",
      metric: queue.metricApproximateNumberOfMessagesNotVisible(minute),
      ...exceeds(inFlightLimit),
    });
    alarms.add(this, "IngestUnavailable", {
      severity: "page",
      means: "Events are put off for longer than five minutes, and not because their organisation is throttled.",
      metric: ownMetric(metrics.deferralAge, "Maximum").with({ period: Duration.minutes(1) }),
      ...exceeds(300_000),
    });
    alarms.add(this, "OrgThrottled", {
      severity: "notice",
      means: "For a quarter of an hour an organisation sends more events than its keys take: it needs more shards.",
      ...happensOnEnd(ownMetric(metrics.eventsDeferredThrottled, "Sum")),
    });
    alarms.add(this, "RejectedEvents", {
      severity: "notice",
      means: "Services sent events that were refused; they wait in the rejected queue.",
      ...whenItHolds(this.rejected, Duration.minutes(5)),
    });
  }
}

/** An alarm's condition: a metric is above its threshold for three periods. What is idle reports nothing. */
function exceeds(threshold: number) {
  return {
    threshold,
    evaluationPeriods: 3,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

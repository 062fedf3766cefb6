import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import type { Auth } from "./auth.ts";
import type { Alarms } from "./constructs/alarms.ts";
import { whenNonZeroForThreePeriods } from "./constructs/conditions.ts";
import { NodeFunction } from "./constructs/function.ts";
import { heartbeatPeriod, missingHeartbeat } from "./constructs/heartbeat.ts";
import type { Observability } from "./constructs/observability.ts";
import { QuarantineQueue, QueueWithDlq, whenNotEmpty } from "./constructs/queue.ts";
import { depth, graph, ownMetric } from "./constructs/widgets.ts";
import type { EventLog } from "./event-log.ts";

export type IngestProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly auth: Auth;
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
  readonly events: QueueWithDlq;
  readonly rejected: QuarantineQueue;
  readonly fn: NodeFunction;

  constructor(scope: Construct, id: string, { observability, eventLog, auth, concurrency }: IngestProps) {
    super(scope, id);
    const { alarms } = observability;
    this.events = new QueueWithDlq(this, "Ingest", {
      alarms,
      visibilitySeconds: 6 * timeoutSeconds,
      // The most that SQS takes: the function counts defects and crashes itself, and no instance is no fault of an event.
      maxReceives: 1_000,
      isOnlyCopy: true,
    });
    this.rejected = new QuarantineQueue(this, "Rejected");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/ingest/ingest.ts",
      description: "Appends the events of the ingest queue to the log.",
      timeoutSeconds,
      log: observability.logRetention,
      // It defers an event as often as it takes, each time as a new message of its own queue.
      allowsRecursion: true,
    });
    // No window: an event is appended as soon as it arrives, ten at a time when they come together.
    const source = { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: concurrency };
    this.fn.addEventSource(new SqsEventSource(this.events.queue, source));
    eventLog.grantAppend(this.fn);
    auth.grantIdempotencyRecords(this.fn);
    auth.grantListShardedOrgs(this.fn);
    this.rejected.grantSendMessages(this.fn);
    this.fn.addEnvironment(envVars.roleId, this.fn.roleId);
    this.fn.addEnvironment(envVars.rejectedQueue, this.rejected.queueUrl);
    this.events.queue.grantSendMessages(this.fn);
    this.fn.addEnvironment(envVars.ingestQueue, this.events.queue.queueUrl);
    this.events.deadLetters.grantSendMessages(this.fn);
    this.fn.addEnvironment(envVars.ingestDeadLetters, this.events.deadLetters.queueUrl);
    this.addAlarms(alarms);
    observability.dashboard.addRow(
      "Ingest",
      graph("From arrival to storing, ms", [
        ownMetric(metricNames.ingestLag, "Maximum", { label: "longest" }),
        ownMetric(metricNames.ingestLag, "p50", { label: "half" }),
      ]),
      graph("Queue depths", [
        depth(this.events.queue, "ingest"),
        depth(this.events.deadLetters, "dead letters"),
        depth(this.rejected, "rejected"),
      ]),
      graph("Deferred events", [
        ownMetric(metricNames.eventsDeferredThrottled, "Sum", { label: "organisation throttled" }),
        ownMetric(metricNames.eventsDeferredUnavailable, "Sum", { label: "service unavailable" }),
      ]),
      graph("The function", [
        this.fn.metricErrors({ label: "errors" }),
        this.fn.metricThrottles({ label: "held back" }),
      ]),
    );
  }
  private addAlarms(alarms: Alarms): void {
    const { queue } = this.events;
    const minute = { period: Duration.minutes(1), statistic: "Maximum" };
    alarms.add(this, "IngestAge", {
      severity: "page",
      description: "Accepted events wait longer than five minutes to be stored, of organisations that send few.",
      metric: queue.metric("ApproximateAgeOfOldestMessageInQuietGroups", minute),
      ...exceeds(300),
    });
    alarms.add(this, "IngestBacklog", {
      severity: "page",
      description: "Messages of the ingest queue wait for longer than an hour to be received, whoever sent them.",
      metric: queue.metricApproximateAgeOfOldestMessage(minute),
      // Deferring renews a message, so no throttling makes one that old; nor does SQS count one after three receives.
      ...exceeds(3_600),
    });
    alarms.add(this, "IngestStalled", {
      severity: "page",
      description: "Messages wait in the ingest queue, and the ingest function is not invoked: nothing is stored.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          cause: queue.metricApproximateNumberOfMessagesVisible({ ...heartbeatPeriod, statistic: "Minimum" }),
          effect: this.fn.metricInvocations(heartbeatPeriod),
        }),
      ),
    });
    alarms.add(this, "IngestInFlight", {
      severity: "page",
      description: "So many messages of the ingest queue are in flight that SQS is about to hand out none.",
      metric: queue.metricApproximateNumberOfMessagesNotVisible(minute),
      ...exceeds(inFlightLimit),
    });
    alarms.add(this, "IngestUnavailable", {
      severity: "page",
      description: "Events are put off for longer than five minutes, and not because their organisation is throttled.",
      metric: ownMetric(metricNames.deferralAge, "Maximum").with({ period: Duration.minutes(1) }),
      ...exceeds(300_000),
    });
    alarms.add(this, "OrgThrottled", {
      severity: "notice",
      description:
        "For a quarter of an hour an organisation sends more events than its keys take: it needs more shards.",
      ...whenNonZeroForThreePeriods(ownMetric(metricNames.eventsDeferredThrottled, "Sum")),
    });
    alarms.add(this, "RejectedEvents", {
      severity: "notice",
      description: "Services sent events that were refused; they wait in the rejected queue.",
      ...whenNotEmpty(this.rejected, Duration.minutes(5)),
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

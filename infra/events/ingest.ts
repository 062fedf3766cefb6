import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import type { Auth } from "#infra/auth.ts";
import { whenAboveForThreePeriods, whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import type { Alarms } from "#infra/constructs/alarms.ts";
import { NodeFunction } from "#infra/constructs/function.ts";
import { heartbeatPeriod, missingHeartbeat } from "#infra/constructs/heartbeat.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { QuarantineQueue, QueueWithDlq, whenNotEmpty } from "#infra/constructs/queue.ts";
import { depth, graph, ownMetric } from "#infra/constructs/widgets.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import type { EventLog } from "./event-log.ts";

export type IngestProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly auth: Auth;
  readonly concurrency: number;
};

/** Above the slowest write, with time left to defer events that are not stored: see `createIngestHandler`. */
const timeoutSeconds = 6;

/** SQS allows 120,000 messages in flight in a queue; at that limit it returns no messages. */
const inFlightAlarm = 80_000;

/** The write path: services send events to the queue, and the function appends them or moves them to the rejected queue. */
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
      // The maximum of SQS: the function counts failures itself, and throttling must not make an event a dead letter.
      maxReceives: 1_000,
      isOnlyCopy: true,
    });
    this.rejected = new QuarantineQueue(this, "Rejected");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/ingest/ingest.ts",
      description: "Appends the events of the ingest queue to the log.",
      timeoutSeconds,
      log: observability.logRetention,
      // It defers an event by sending it to its own queue again, any number of times.
      allowsRecursion: true,
    });
    // No batching window: an event is appended on arrival, up to ten at a time if they arrive together.
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
        ownMetric(metricNames.ingestLag, "Maximum", { label: "maximum" }),
        ownMetric(metricNames.ingestLag, "p50", { label: "median" }),
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
        this.fn.metricThrottles({ label: "throttled" }),
      ]),
    );
  }

  private addAlarms(alarms: Alarms): void {
    const { queue } = this.events;
    const minute = { period: Duration.minutes(1), statistic: "Maximum" };
    alarms.add(this, "IngestAge", {
      severity: "page",
      description: "Events of organisations that send few have waited for more than five minutes to be stored.",
      ...whenAboveForThreePeriods(queue.metric("ApproximateAgeOfOldestMessageInQuietGroups", minute), 300),
    });
    alarms.add(this, "IngestBacklog", {
      severity: "page",
      description: "Messages of the ingest queue have waited for more than an hour to be received.",
      // Throttling cannot cause it: a deferred event is a new message, and SQS ignores messages received three times.
      ...whenAboveForThreePeriods(queue.metricApproximateAgeOfOldestMessage(minute), 3_600),
    });
    alarms.add(this, "IngestStalled", {
      severity: "page",
      description: "Messages wait in the ingest queue but the ingest function is not invoked: no events are stored.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          input: queue.metricApproximateNumberOfMessagesVisible({ ...heartbeatPeriod, statistic: "Minimum" }),
          output: this.fn.metricInvocations(heartbeatPeriod),
        }),
      ),
    });
    alarms.add(this, "IngestInFlight", {
      severity: "page",
      description: "The ingest queue is close to the limit of messages in flight, at which SQS returns none.",
      ...whenAboveForThreePeriods(queue.metricApproximateNumberOfMessagesNotVisible(minute), inFlightAlarm),
    });
    alarms.add(this, "IngestUnavailable", {
      severity: "page",
      description: "Events have been deferred for more than five minutes because a service is unavailable.",
      ...whenAboveForThreePeriods(
        ownMetric(metricNames.deferralAge, "Maximum").with({ period: Duration.minutes(1) }),
        300_000,
      ),
    });
    alarms.add(this, "OrgThrottled", {
      severity: "notice",
      description: "An organisation has sent more events than its keys accept for 15 minutes: it needs more shards.",
      ...whenNonZeroForThreePeriods(ownMetric(metricNames.eventsDeferredThrottled, "Sum")),
    });
    alarms.add(this, "RejectedEvents", {
      severity: "notice",
      description: "Services sent invalid events; they wait in the rejected queue.",
      ...whenNotEmpty(this.rejected, Duration.minutes(5)),
    });
  }
}

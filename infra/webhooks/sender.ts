import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Auth } from "#infra/auth.ts";
import type { Stage } from "#infra/config.ts";
import { whenNonZero } from "#infra/constructs/alarm-conditions.ts";
import { NodeFunction } from "#infra/constructs/function.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { ownMetric } from "#infra/constructs/widgets.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import type { Deliveries } from "./deliveries.ts";

export type SenderProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly auth: Auth;
  readonly deliveries: Deliveries;
  readonly limits: Pick<Stage, "deliveryConcurrency" | "slowDeliveryConcurrency" | "sendsPerOrg" | "sendsPerHost">;
};

/** The function that sends webhooks, from the queue of fast endpoints and from the slow lane. */
export class Sender extends Construct {
  readonly fn: NodeFunction;

  constructor(scope: Construct, id: string, { observability, eventLog, auth, deliveries, limits }: SenderProps) {
    super(scope, id);
    assertSendsPerOrg(limits);
    const { deliveryConcurrency, slowDeliveryConcurrency, sendsPerOrg, sendsPerHost } = limits;
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/webhooks/deliver.ts",
      description: "Signs and sends webhooks, and records the results.",
      // A batch begins its sends within 4 seconds, and each ends within 15.
      timeoutSeconds: 30,
      memory: 1024,
      log: observability.logRetention,
      // It moves deliveries between the lanes and defers them on the same lane.
      allowsRecursion: true,
    });
    // The audit log gets deliveries that were given up; the function's own log has the details of each attempt.
    this.fn.addEnvironment(envVars.auditLogGroup, observability.auditLogs.access.logGroupName);
    observability.auditLogs.access.grantWrite(this.fn);
    this.fn.addEnvironment(envVars.sendsPerOrg, String(sendsPerOrg));
    this.fn.addEnvironment(envVars.sendsPerHost, String(sendsPerHost));
    const source = { batchSize: 10, reportBatchItemFailures: true };
    const { fastQueue, slowQueue } = deliveries;
    this.fn.addEventSource(new SqsEventSource(fastQueue.queue, { ...source, maxConcurrency: deliveryConcurrency }));
    this.fn.addEventSource(new SqsEventSource(slowQueue.queue, { ...source, maxConcurrency: slowDeliveryConcurrency }));
    deliveries.grantEnqueue(this.fn);
    deliveries.grantEnqueueSlow(this.fn);
    deliveries.grant(this.fn, ["UpdateItem"], "endpoint#", "health#", "permits#", "destination#");
    deliveries.grant(this.fn, ["PutItem"], "endpoint#", "delivery#", "due#");
    deliveries.grant(this.fn, ["GetItem"], "health#");
    eventLog.grantGet(this.fn);
    auth.grantEndpoints(this.fn, "disable");
    auth.grantListSuspendedOrgs(this.fn);
    eventLog.grantAppendInTransaction(this.fn);
    this.addAlarms(observability, deliveries);
  }

  private addAlarms({ alarms }: Observability, { fastQueue, slowQueue }: Deliveries): void {
    alarms.add(this, "DeliveryBacklog", {
      severity: "page",
      description: "More than 1,000 deliveries of organisations with few messages have been waiting for 5 minutes.",
      ...whenQuietBacklog(fastQueue.queue, 5),
    });
    alarms.add(this, "SlowDeliveryBacklog", {
      severity: "notice",
      description:
        "More than 1,000 slow-lane deliveries of organisations with few messages have waited for 15 minutes.",
      ...whenQuietBacklog(slowQueue.queue, 15),
    });
    alarms.add(this, "EndpointsDisabled", {
      severity: "notice",
      description: "Endpoints were disabled because they responded 410 or failed for three days.",
      ...whenNonZero(ownMetric(metricNames.endpointsDisabled, "Sum")),
    });
    alarms.add(this, "AuditLinesLost", {
      severity: "notice",
      description: "Deliveries that were given up are missing from the audit log, which did not accept their lines.",
      ...whenNonZero(ownMetric(metricNames.auditLinesLost, "Sum")),
    });
  }
}

/**
 * Returns an alarm condition: more than 1,000 visible messages in quiet groups, so that one organisation's backlog raises
 * no alarm. Not the age of the oldest message, which may include messages that were delayed on purpose.
 */
function whenQuietBacklog({ queueName }: IQueue, minutes: number) {
  const metric = new Metric({
    namespace: "AWS/SQS",
    // See "Available CloudWatch metrics for Amazon SQS" in its developer guide.
    metricName: "ApproximateNumberOfMessagesVisibleInQuietGroups",
    dimensionsMap: { QueueName: queueName },
    period: Duration.minutes(1),
    statistic: "Minimum",
  });
  return {
    metric,
    threshold: 1_000,
    evaluationPeriods: minutes,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    // An empty queue reports no data.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** Throws if `sendsPerOrg` is not a positive integer, or would let one organisation use the whole slow lane. */
function assertSendsPerOrg({ sendsPerOrg, slowDeliveryConcurrency }: SenderProps["limits"]): void {
  if (Number.isInteger(sendsPerOrg) && sendsPerOrg >= 1 && sendsPerOrg < slowDeliveryConcurrency) return;
  throw new Error(
    `sendsPerOrg must be an integer from 1 to ${slowDeliveryConcurrency - 1} (below slowDeliveryConcurrency), not ${sendsPerOrg}.`,
  );
}

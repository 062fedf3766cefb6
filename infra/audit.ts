import { Duration, Stack } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { StartingPosition } from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { CfnQueryDefinition, FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { dashboardQueries } from "#shared/audit/dashboard-queries.ts";
import { toInsightsQuery } from "#shared/audit/insights.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import type { SavedQuery } from "#shared/audit/saved-query.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames, metricNamespace } from "#shared/platform/observability/metric-names.ts";
import type { Auth } from "./auth.ts";
import { whenNonZero, whenNonZeroForThreePeriods } from "./constructs/conditions.ts";
import { NodeFunction, streamFunction } from "./constructs/function.ts";
import { heartbeatPeriod, missingHeartbeat } from "./constructs/heartbeat.ts";
import type { Observability } from "./constructs/observability.ts";
import { QuarantineQueue, whenNotEmpty } from "./constructs/queue.ts";
import { graph, logQuery, ownMetric } from "./constructs/widgets.ts";
import type { EventLog } from "./event-log.ts";

export type AuditProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly auth: Auth;
};

/** What auditors read: the log of all that happened, kept up to date from the table's stream, and their questions. */
export class Audit extends Construct {
  readonly fn: NodeFunction;
  /** Positions in the stream that could not be written to the audit log. */
  readonly deadLetters: QuarantineQueue;

  constructor(scope: Construct, id: string, { observability, eventLog, auth }: AuditProps) {
    super(scope, id);
    const { alarms, dashboard, auditLogs } = observability;
    this.deadLetters = new QuarantineQueue(this, "DeadLetters");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/audit/audit.ts",
      description: "Writes every record of the event stream to the audit log.",
      timeoutSeconds: 30,
      ...streamFunction(observability),
    });
    this.fn.addEnvironment(envVars.auditLogGroup, auditLogs.events.logGroupName);
    auditLogs.events.grantWrite(this.fn);
    auth.grantGetOrgs(this.fn);
    auth.grantListShardedOrgs(this.fn);
    // No filter: what changes or removes a record is what auditors must see. Trouble is waited out for as long as the
    // stream keeps its records, less an hour; then their position goes to a queue.
    eventLog.addStreamSource(this.fn, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      maxRecordAge: Duration.hours(23),
      onFailure: new SqsDlq(this.deadLetters),
    });

    // Of the line itself, which CloudWatch has acknowledged: no other line has to arrive for somebody to be told.
    new MetricFilter(this, "Tampered", {
      logGroup: auditLogs.events,
      filterPattern: FilterPattern.stringValue("$.message", "=", "tamper"),
      metricNamespace,
      metricName: metricNames.eventsTampered,
    });
    alarms.add(this, "TamperedEvents", {
      severity: "page",
      description: "An event was changed or removed, or something was put among the events that is none.",
      ...whenNonZero(ownMetric(metricNames.eventsTampered, "Sum")),
    });
    alarms.add(this, "UnlistedEvents", {
      severity: "page",
      description: "Events were written to a shard that no list reads: they are stored, and missing from lists.",
      ...whenNonZero(ownMetric(metricNames.eventsUnlisted, "Sum")),
    });
    alarms.add(this, "ClockSkew", {
      severity: "notice",
      description: "A service writes events by a clock that is more than five minutes off.",
      ...whenNonZero(ownMetric(metricNames.clockSkew, "Sum")),
    });
    alarms.add(this, "AuditLogDeadLetters", {
      severity: "page",
      description:
        "Records of the event stream could not be written to the audit log for 23 hours: lines are missing in it.",
      ...whenNotEmpty(this.deadLetters, Duration.minutes(1)),
    });
    alarms.add(this, "AuditLag", {
      severity: "page",
      description: "Events wait longer than five minutes in the stream before they are written to the audit log.",
      metric: this.fn.metric("IteratorAge", { period: Duration.minutes(1), statistic: "Maximum" }),
      threshold: 300_000,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      // A stream without events has no age.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });

    alarms.add(this, "AuditLogStalled", {
      severity: "page",
      description: "Events are written, and none comes to the audit log: nobody follows the stream.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          cause: eventLog.table.metricConsumedWriteCapacityUnits(heartbeatPeriod),
          effect: ownMetric(metricNames.eventsLogged, "Sum"),
        }),
      ),
    });

    for (const query of savedQueries) this.addQuery(query, auditLogs[query.from].logGroupName);
    dashboard.addRow(
      "Audit",
      graph("Lines in the audit log, tampering", [
        ownMetric(metricNames.eventsLogged, "Sum"),
        ownMetric(metricNames.eventsTampered, "Sum"),
      ]),
      graph(
        "From storing to the audit log, ms",
        [ownMetric(metricNames.auditLag, "Maximum")],
        [this.fn.metric("IteratorAge", { statistic: "Maximum", label: "stream age, ms" })],
      ),
      logQuery("Top actors", auditLogs.events, dashboardQueries.topActors),
      logQuery("Events by type", auditLogs.events, dashboardQueries.eventsByType, "bars"),
      logQuery("Events by source", auditLogs.events, dashboardQueries.eventsBySource, "bars"),
      logQuery("Rate-limited tokens", auditLogs.access, dashboardQueries.rateLimitedTokens),
    );
  }

  private addQuery(query: SavedQuery, logGroupName: string): void {
    const parameters = Object.entries(query.parameters).map(([name, { help, default: usual }]) => ({
      name,
      description: help,
      ...(usual === undefined ? {} : { defaultValue: String(usual) }),
    }));
    const idOf = query.name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    new CfnQueryDefinition(this, `Query${idOf.join("")}`, {
      name: `${Stack.of(this).stackName}/${query.title}`,
      queryString: toInsightsQuery(query),
      logGroupNames: [logGroupName],
      ...(parameters.length === 0 ? {} : { parameters }),
    });
  }
}

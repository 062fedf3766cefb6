import { Duration, Stack } from "aws-cdk-lib";
import { CfnQueryDefinition, FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Auth } from "#infra/auth.ts";
import { whenNonZero, whenNonZeroForThreePeriods, whenStreamLagExceeds } from "#infra/constructs/alarm-conditions.ts";
import { NodeFunction, streamFunctionProps } from "#infra/constructs/function.ts";
import { heartbeatPeriod, missingHeartbeat } from "#infra/constructs/heartbeat.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { QuarantineQueue, whenNotEmpty } from "#infra/constructs/queue.ts";
import { graph, logQuery, ownMetric } from "#infra/constructs/widgets.ts";
import type { EventLog } from "#infra/events/event-log.ts";
import { dashboardQueries } from "#shared/audit/dashboard-queries.ts";
import { toInsightsQuery } from "#shared/audit/insights.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import type { SavedQuery } from "#shared/audit/saved-query.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames, metricNamespace } from "#shared/platform/observability/metric-names.ts";

export type AuditProps = {
  readonly observability: Observability;
  readonly eventLog: EventLog;
  readonly auth: Auth;
};

/** Writes the audit log of events from the stream of the events table, and deploys the saved queries. */
export class Audit extends Construct {
  readonly fn: NodeFunction;
  /** References to stream records that could not be written to the audit log. */
  readonly deadLetters: QuarantineQueue;

  constructor(scope: Construct, id: string, { observability, eventLog, auth }: AuditProps) {
    super(scope, id);
    const { dashboard, auditLogs } = observability;
    this.deadLetters = new QuarantineQueue(this, "DeadLetters");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/audit/audit.ts",
      description: "Writes every record of the event stream to the audit log.",
      timeoutSeconds: 30,
      ...streamFunctionProps(observability),
    });
    this.fn.addEnvironment(envVars.auditLogGroup, auditLogs.events.logGroupName);
    auditLogs.events.grantWrite(this.fn);
    auth.grantGetOrgs(this.fn);
    auth.grantListShardedOrgs(this.fn);
    // No filter: auditors must see modified and deleted items.
    eventLog.addStreamSource(this.fn, { deadLetters: this.deadLetters, batchSize: 100, bisectBatchOnError: true });

    // Counts the audit line itself, which CloudWatch has stored: the alarm depends on no other log line.
    new MetricFilter(this, "Tampered", {
      logGroup: auditLogs.events,
      filterPattern: FilterPattern.stringValue("$.message", "=", "tamper"),
      metricNamespace,
      metricName: metricNames.eventsTampered,
    });
    this.addAlarms(observability, eventLog);
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

  private addAlarms({ alarms }: Observability, eventLog: EventLog): void {
    alarms.add(this, "TamperedEvents", {
      severity: "page",
      description: "An event was modified or deleted, or an item that is not an event was written to the events table.",
      ...whenNonZero(ownMetric(metricNames.eventsTampered, "Sum")),
    });
    alarms.add(this, "UnlistedEvents", {
      severity: "page",
      description: "Events were written to a shard that lists do not read: they are stored but not listed.",
      ...whenNonZero(ownMetric(metricNames.eventsUnlisted, "Sum")),
    });
    alarms.add(this, "ClockSkew", {
      severity: "notice",
      description: "The clock of a service that writes events is more than five minutes off.",
      ...whenNonZero(ownMetric(metricNames.clockSkew, "Sum")),
    });
    alarms.add(this, "AuditLogDeadLetters", {
      severity: "page",
      description: "Stream records could not be written to the audit log for 23 hours: audit lines are missing.",
      ...whenNotEmpty(this.deadLetters, Duration.minutes(1)),
    });
    alarms.add(this, "AuditLag", {
      severity: "page",
      description: "Events wait in the stream for more than five minutes before they are written to the audit log.",
      ...whenStreamLagExceeds(this.fn, Duration.minutes(5)),
    });
    alarms.add(this, "AuditLogStalled", {
      severity: "page",
      description: "Events are stored but none reaches the audit log: the audit function does not read the stream.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          input: eventLog.table.metricConsumedWriteCapacityUnits(heartbeatPeriod),
          output: ownMetric(metricNames.eventsLogged, "Sum"),
        }),
      ),
    });
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

import { Duration, Stack } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { StartingPosition } from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { CfnQueryDefinition, FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { boardQueries } from "#shared/audit/dashboard-queries.ts";
import { insightsQuery } from "#shared/audit/insights.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import type { SavedQuery } from "#shared/audit/saved-query.ts";
import { metricNamespace, metrics, variables } from "#shared/platform/names.ts";
import type { Access } from "./auth.ts";
import { happens, happensOnEnd } from "./constructs/conditions.ts";
import { NodeFunction, streamFunction } from "./constructs/function.ts";
import { silence, silencePeriod } from "./constructs/heartbeat.ts";
import type { Operation } from "./constructs/observability.ts";
import { HeldQueue, whenItHolds } from "./constructs/queue.ts";
import { graph, logQuery, ownMetric } from "./constructs/widgets.ts";
import type { EventLog } from "./event-log.ts";

export type ReviewProps = {
  readonly operation: Operation;
  readonly eventLog: EventLog;
  readonly access: Access;
};

/** What auditors read: the log of all that happened, kept up to date from the table's stream, and their questions. */
export class Review extends Construct {
  readonly fn: NodeFunction;
  /** Positions in the stream that could not be written to the audit log. */
  readonly unlogged: HeldQueue;

  constructor(scope: Construct, id: string, { operation, eventLog, access }: ReviewProps) {
    super(scope, id);
    const { alarms, board, auditLogs } = operation;
    this.unlogged = new HeldQueue(this, "Unlogged");
    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/audit/audit.ts",
      description: "Writes every record of the event stream to the audit log.",
      timeoutSeconds: 30,
      ...streamFunction(operation),
    });
    this.fn.addEnvironment(variables.auditLogGroup, auditLogs.events.logGroupName);
    auditLogs.events.grantWrite(this.fn);
    access.allowOrgs(this.fn);
    access.allowShards(this.fn);
    // No filter: what changes or removes a record is what auditors must see. Trouble is waited out for as long as the
    // stream keeps its records, less an hour; then their position goes to a queue.
    eventLog.follow(this.fn, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      maxRecordAge: Duration.hours(23),
      onFailure: new SqsDlq(this.unlogged),
    });

    // Of the line itself, which CloudWatch has acknowledged: no other line has to arrive for somebody to be told.
    new MetricFilter(this, "Tampered", {
      logGroup: auditLogs.events,
      filterPattern: FilterPattern.stringValue("$.message", "=", "tamper"),
      metricNamespace,
      metricName: metrics.eventsTampered,
    });
    alarms.add(this, "TamperedEvents", {
      severity: "page",
      means: "An event was changed or removed, or something was put among the events that is none.",
      ...happens(ownMetric(metrics.eventsTampered, "Sum")),
    });
    alarms.add(this, "UnlistedEvents", {
      severity: "page",
      means: "Events were written to a shard that no list reads: they are stored, and missing from lists.",
      ...happens(ownMetric(metrics.eventsUnlisted, "Sum")),
    });
    alarms.add(this, "ClockSkew", {
      severity: "notice",
      means: "A service writes events by a clock that is more than five minutes off.",
      ...happens(ownMetric(metrics.clockSkew, "Sum")),
    });
    alarms.add(this, "UnloggedEvents", {
      severity: "page",
      means: "Records of the event stream could not be written to the audit log for 23 hours: lines are missing in it.",
      ...whenItHolds(this.unlogged, Duration.minutes(1)),
    });
    alarms.add(this, "AuditLag", {
      severity: "page",
      means: "Events wait longer than five minutes in the stream before they are written to the audit log.",
      metric: this.fn.metric("IteratorAge", { period: Duration.minutes(1), statistic: "Maximum" }),
      threshold: 300_000,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      // A stream without events has no age.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });

    alarms.add(this, "AuditSilent", {
      severity: "page",
      means: "Events are written, and none comes to the audit log: nobody follows the stream.",
      ...happensOnEnd(
        silence({
          cause: eventLog.table.metricConsumedWriteCapacityUnits(silencePeriod),
          effect: ownMetric(metrics.eventsLogged, "Sum"),
        }),
      ),
    });

    for (const query of savedQueries) this.addQuery(query, auditLogs[query.from].logGroupName);
    board.show(
      "Audit",
      graph("Lines in the audit log, tampering", [
        ownMetric(metrics.eventsLogged, "Sum"),
        ownMetric(metrics.eventsTampered, "Sum"),
      ]),
      graph(
        "From storing to the audit log, ms",
        [ownMetric(metrics.auditLag, "Maximum")],
        [this.fn.metric("IteratorAge", { statistic: "Maximum", label: "stream age, ms" })],
      ),
      logQuery("Top actors", auditLogs.events, boardQueries.topActors),
      logQuery("Events by type", auditLogs.events, boardQueries.eventsByType, "bars"),
      logQuery("Events by source", auditLogs.events, boardQueries.eventsBySource, "bars"),
      logQuery("Rate-limited tokens", auditLogs.access, boardQueries.rateLimitedTokens),
    );
  }

  private addQuery(query: SavedQuery, logGroupName: string): void {
    const parameters = Object.entries(query.parameters).map(([name, { help, usual }]) => ({
      name,
      description: help,
      ...(usual === undefined ? {} : { defaultValue: String(usual) }),
    }));
    const idOf = query.name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    new CfnQueryDefinition(this, `Query${idOf.join("")}`, {
      name: `${Stack.of(this).stackName}/${query.title}`,
      queryString: insightsQuery(query),
      logGroupNames: [logGroupName],
      ...(parameters.length === 0 ? {} : { parameters }),
    });
  }
}

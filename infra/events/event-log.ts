import {
  AttributeType,
  type GlobalSecondaryIndexPropsV2,
  TableClass,
  TableV2,
  type WarmThroughput,
} from "aws-cdk-lib/aws-dynamodb";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { whenNonZero, whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { addStreamSource, type StreamSourceOptions } from "#infra/constructs/stream-source.ts";
import { appendOnlyTable } from "#infra/constructs/table.ts";
import { tableThrottles } from "#infra/constructs/throttling.ts";
import { graph, ownMetric } from "#infra/constructs/widgets.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";

export type EventLogProps = {
  readonly observability: Observability;
  readonly tableClass: keyof typeof TableClass;
  /** Applies to the table and each index: an index without it would throttle the writes to the table. */
  readonly warmThroughput: Required<WarmThroughput> | null;
};

/** The append-only log of events: the table, its indexes, and the grants for it. */
export class EventLog extends Construct {
  readonly table: TableV2;
  readonly #indexes: readonly string[];

  constructor(scope: Construct, id: string, { observability, tableClass, warmThroughput }: EventLogProps) {
    super(scope, id);
    const warm = warmThroughput === null ? {} : { warmThroughput };
    const indexes = [
      byTime("by_time", "org_id", "shard"),
      byTime("by_type", "org_id", "entity_type", "shard"),
      byTime("by_actor", "org_id", "actor_user_id", "shard"),
      byTime("by_contact", "org_id", "contact_id", "shard"),
      byTime("paid", "org_id", "settled", "shard"),
    ];
    this.table = new TableV2(this, "Table", {
      partitionKey: text("timeline"),
      sortKey: text("position"),
      globalSecondaryIndexes: indexes.map((index) => ({ ...index, ...warm })),
      ...appendOnlyTable("DenyRewritingEvents"),
      ...warm,
      tableClass: TableClass[tableClass],
    });
    this.#indexes = indexes.map(({ indexName }) => indexName);
    const reads = tableThrottles(this.table, "Read", this.#indexes);
    const writes = tableThrottles(this.table, "Write", this.#indexes);
    observability.alarms.add(this, "EventsThrottled", {
      severity: "notice",
      description: "DynamoDB throttles writes of events.",
      ...whenNonZeroForThreePeriods(writes),
    });
    observability.alarms.add(this, "EventReadsThrottled", {
      severity: "notice",
      description: "DynamoDB throttles reads of events.",
      ...whenNonZeroForThreePeriods(reads),
    });
    observability.alarms.add(this, "DamagedItems", {
      severity: "page",
      description: "Reads found items in the events table that are not valid events, and skipped them.",
      ...whenNonZero(ownMetric(metricNames.damagedItems, "Sum")),
    });
    observability.dashboard.addRow(
      "Events",
      graph("Stored, repeated, rejected", [
        ownMetric(metricNames.eventsAppended, "Sum"),
        ownMetric(metricNames.eventsRepeated, "Sum"),
        ownMetric(metricNames.eventsRejected, "Sum"),
      ]),
      graph("Units of the table", [
        this.table.metricConsumedWriteCapacityUnits({ label: "written" }),
        this.table.metricConsumedReadCapacityUnits({ label: "read" }),
      ]),
      graph("Throttled by DynamoDB", [reads, writes]),
    );
  }

  /** Grants appending events, and no other write. */
  grantAppend(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    this.grant(fn, ["dynamodb:PutItem"], [this.table.tableArn]);
  }

  /** Grants appending events within a transaction only: a change and its event are stored together. */
  grantAppendInTransaction(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    // See "Using IAM with DynamoDB transactions" in the DynamoDB developer guide.
    const conditions = { "ForAnyValue:StringEquals": { "dynamodb:EnclosingOperation": ["TransactWriteItems"] } };
    this.grant(fn, ["dynamodb:PutItem"], [this.table.tableArn], conditions);
  }

  /** Grants queries of the table and its indexes, not scans. */
  grantQuery(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    this.grant(
      fn,
      ["dynamodb:Query"],
      [this.table.tableArn, ...this.#indexes.map((name) => `${this.table.tableArn}/index/${name}`)],
    );
  }

  /** Grants queries of the timelines of documents, not of the indexes. */
  grantQueryTimelines(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    this.grant(fn, ["dynamodb:Query"], [this.table.tableArn]);
  }

  /** Grants reading single events by key. */
  grantGet(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    this.grant(fn, ["dynamodb:GetItem"], [this.table.tableArn]);
  }

  /** Grants reading events by their keys, many at a time. */
  grantBatchGet(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    this.grant(fn, ["dynamodb:BatchGetItem"], [this.table.tableArn]);
  }

  /** Adds the table's stream as an event source of a function. */
  addStreamSource(fn: LambdaFunction, source: StreamSourceOptions): void {
    addStreamSource(this.table, fn, source);
  }

  private grant(grantee: IGrantable, actions: string[], resources: string[], conditions = {}): void {
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources, conditions }));
  }
}

function text(name: string) {
  return { name, type: AttributeType.STRING };
}

/** Returns a GSI in time order. Its sort keys are a total order, so that a position is valid in every shard. */
function byTime(indexName: string, ...partition: string[]): GlobalSecondaryIndexPropsV2 {
  const sortKeys = ["occurred_at", "event_id", "entity_id"].map(text);
  return { indexName, partitionKeys: partition.map(text), sortKeys };
}

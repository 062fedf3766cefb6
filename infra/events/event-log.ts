import {
  AttributeType,
  type GlobalSecondaryIndexPropsV2,
  StreamViewType,
  TableClass,
  TableV2,
  type WarmThroughput,
} from "aws-cdk-lib/aws-dynamodb";
import { AnyPrincipal, Effect, type IGrantable, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { EventSourceMappingOptions, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { whenNonZero, whenNonZeroForThreePeriods } from "#infra/constructs/conditions.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { protectedTable } from "#infra/constructs/table.ts";
import { tableThrottles } from "#infra/constructs/throttling.ts";
import { graph, ownMetric } from "#infra/constructs/widgets.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";

/** Every action that changes or removes an item, or lets time remove it. Appending is a conditional put. */
const rewriting = [
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
  "dynamodb:PartiQLDelete",
  "dynamodb:UpdateTimeToLive",
];

export type EventLogProps = {
  readonly observability: Observability;
  readonly tableClass: keyof typeof TableClass;
  /** Of the table, and of each index: an index that is not warm slows down the writes of the table. */
  readonly warmThroughput: Required<WarmThroughput> | null;
};

/** The append-only log of events: the table, its indexes, and who may do what with it. */
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
      ...protectedTable,
      ...warm,
      tableClass: TableClass[tableClass],
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      resourcePolicy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            sid: "NobodyRewritesHistory",
            effect: Effect.DENY,
            principals: [new AnyPrincipal()],
            actions: rewriting,
            resources: ["*"],
          }),
        ],
      }),
    });
    this.#indexes = indexes.map(({ indexName }) => indexName);
    const reads = tableThrottles(this.table, "Read", this.#indexes);
    const writes = tableThrottles(this.table, "Write", this.#indexes);
    observability.alarms.add(this, "EventsThrottled", {
      severity: "notice",
      description: "DynamoDB holds back writes of events.",
      ...whenNonZeroForThreePeriods(writes),
    });
    observability.alarms.add(this, "EventReadsThrottled", {
      severity: "notice",
      description: "DynamoDB holds back reads of events.",
      ...whenNonZeroForThreePeriods(reads),
    });
    observability.alarms.add(this, "DamagedItems", {
      severity: "page",
      description: "Readers met items in the events table that are not events of this log, and left them out.",
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
      graph("Held back by DynamoDB", [reads, writes]),
    );
  }

  /** Lets a function append events, and only append. */
  grantAppend(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    this.grant(fn, ["dynamodb:PutItem"], [this.table.tableArn]);
  }

  /** Lets a function append the events of its own changes, in the transaction of the change and no other way. */
  grantAppendInTransaction(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    // The operator of AWS's examples: see "Using IAM with DynamoDB transactions" in the guide of DynamoDB.
    const conditions = { "ForAnyValue:StringEquals": { "dynamodb:EnclosingOperation": ["TransactWriteItems"] } };
    this.grant(fn, ["dynamodb:PutItem"], [this.table.tableArn], conditions);
  }

  /** Lets a function read pages of events, through the table's key and its indexes; never a scan. */
  grantQuery(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    this.grant(
      fn,
      ["dynamodb:Query"],
      [this.table.tableArn, ...this.#indexes.map((name) => `${this.table.tableArn}/index/${name}`)],
    );
  }

  /** Lets a function read single events by their key. */
  grantGet(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.eventsTable, this.table.tableName);
    this.grant(fn, ["dynamodb:GetItem"], [this.table.tableArn]);
  }

  /** Has a function follow the table's stream. A stream has room for two that do. */
  addStreamSource(fn: LambdaFunction, source: EventSourceMappingOptions): void {
    this.table.grantStreamRead(fn);
    const { tableStreamArn } = this.table;
    if (tableStreamArn === undefined) throw new Error("The events table has no stream.");
    fn.addEventSourceMapping("Stream", { ...source, eventSourceArn: tableStreamArn });
  }

  private grant(grantee: IGrantable, actions: string[], resources: string[], conditions = {}): void {
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources, conditions }));
  }
}

function text(name: string) {
  return { name, type: AttributeType.STRING };
}

/** The sort key orders events completely, so that a position in one shard is a position in every other. */
function byTime(indexName: string, ...partition: string[]): GlobalSecondaryIndexPropsV2 {
  const sortKeys = ["occurred_at", "event_id", "entity_id"].map(text);
  return { indexName, partitionKeys: partition.map(text), sortKeys };
}

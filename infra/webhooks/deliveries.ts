import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import type { Alarms } from "#infra/constructs/alarms.ts";
import { leadingKeys } from "#infra/constructs/dynamodb-key-conditions.ts";
import { QueueWithDlq } from "#infra/constructs/queue.ts";
import { protectedTable } from "#infra/constructs/table.ts";
import { tableThrottles } from "#infra/constructs/throttling.ts";
import { envVars } from "#shared/platform/env-vars.ts";

export type DeliveriesProps = { readonly alarms: Alarms };

/** The table of deliveries and replays, the queues that their messages wait in, and the grants for both. */
export class Deliveries extends Construct {
  readonly table: TableV2;
  /** Deliveries to endpoints that respond fast. */
  readonly fastQueue: QueueWithDlq;
  /** Deliveries to all other endpoints: the slow lane. */
  readonly slowQueue: QueueWithDlq;
  readonly replayQueue: QueueWithDlq;

  constructor(scope: Construct, id: string, { alarms }: DeliveriesProps) {
    super(scope, id);
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    // Separate from the config table: written ten times as often, and its items expire.
    this.table = new TableV2(this, "Table", {
      partitionKey: text("pk"),
      sortKey: text("sk"),
      // Sparse: deliveries that succeed at the first attempt are never indexed.
      globalSecondaryIndexes: [
        {
          indexName: "undelivered",
          partitionKeys: ["endpoint_id", "undelivered"].map(text),
          sortKeys: [text("delivery_id")],
        },
      ],
      ...protectedTable,
      timeToLiveAttribute: "expires_at_seconds",
    });
    alarms.add(this, "DeliveriesThrottled", {
      severity: "notice",
      description: "DynamoDB throttles writes of deliveries.",
      ...whenNonZeroForThreePeriods(tableThrottles(this.table, "Write", ["undelivered"])),
    });
    // Not the only copy: deliveries and replays can be started again from the tables.
    const queue = { alarms, maxReceives: 5, isOnlyCopy: false };
    this.fastQueue = new QueueWithDlq(this, "Deliveries", { ...queue, visibilitySeconds: 6 * 30 });
    this.slowQueue = new QueueWithDlq(this, "SlowDeliveries", { ...queue, visibilitySeconds: 6 * 30 });
    this.replayQueue = new QueueWithDlq(this, "Replays", { ...queue, visibilitySeconds: 6 * 60 });
  }

  /** Grants listing and restarting deliveries, and starting and following replays. */
  grantManage(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], "endpoint#", "delivery#", "replay#");
    this.grant(fn, ["GetItem"], "endpoint#", "health#", "replay#", "replays#");
    this.grant(fn, ["BatchGetItem"], "endpoint#", "health#");
    this.grant(fn, ["PutItem"], "endpoint#", "replay#", "replays#");
    this.grant(fn, ["UpdateItem"], "health#");
    this.grantListUndelivered(fn);
    this.grantEnqueue(fn);
    this.grantEnqueueReplays(fn);
  }

  /** Grants DynamoDB actions on the items of the table whose partition keys begin with one of the prefixes. */
  grant(fn: LambdaFunction, names: string[], ...prefixes: string[]): void {
    fn.addEnvironment(envVars.deliveriesTable, this.table.tableName);
    const actions = names.map((name) => `dynamodb:${name}`);
    const conditions = leadingKeys(...prefixes);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn], conditions }));
  }

  /** Grants queries of the index of undelivered deliveries. */
  grantListUndelivered(fn: LambdaFunction): void {
    const resources = [`${this.table.tableArn}/index/undelivered`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ["dynamodb:Query"], resources }));
  }

  /** Grants sending deliveries to the fast queue, where each delivery begins. */
  grantEnqueue(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.deliveriesQueue, this.fastQueue.queue.queueUrl);
    this.fastQueue.queue.grantSendMessages(fn);
  }

  /** Grants moving deliveries to the slow lane. */
  grantEnqueueSlow(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.slowDeliveriesQueue, this.slowQueue.queue.queueUrl);
    this.slowQueue.queue.grantSendMessages(fn);
  }

  /** Grants starting replays, and continuing them. */
  grantEnqueueReplays(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.replaysQueue, this.replayQueue.queue.queueUrl);
    this.replayQueue.queue.grantSendMessages(fn);
  }
}

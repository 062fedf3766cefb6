import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, MathExpression, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { FilterCriteria, FilterRule, type Function as LambdaFunction, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { SqsDlq, SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { whenNonZero, whenNonZeroForThreePeriods } from "./constructs/conditions.ts";
import { NodeFunction, streamFunction } from "./constructs/function.ts";
import { heartbeatPeriod, missingHeartbeat } from "./constructs/heartbeat.ts";
import { leadingKeys } from "./constructs/leading-keys.ts";
import { QuarantineQueue, QueueWithDlq, whenNotEmpty } from "./constructs/queue.ts";
import { protectedTable } from "./constructs/table.ts";
import { tableThrottles } from "./constructs/throttling.ts";
import { depth, graph, ownMetric } from "./constructs/widgets.ts";
import type { WebhooksProps } from "./webhooks.ts";

/** Of the attempts that were made, how many succeeded. */
const successRate = new MathExpression({
  expression: "100 * ok / (ok + failed)",
  usingMetrics: {
    ok: ownMetric(metricNames.deliveriesSucceeded, "Sum"),
    failed: ownMetric(metricNames.deliveryAttemptsFailed, "Sum"),
  },
  label: "success, %",
  period: Duration.minutes(5),
});

/**
 * An alarm's condition: messages wait whose organisations hold no unusual share of the queue. What one organisation
 * piles up is its own. Not the age of the oldest: messages that are delayed on purpose may count in it.
 */
function quietBacklog({ queueName }: IQueue, minutes: number) {
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
    // An idle queue reports nothing, and nothing is what it holds.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** Throws where the permits of one organisation would not bound it, or would let it hold the whole slow lane. */
function checkSending({ sendsPerOrg, slowDeliveryConcurrency }: WebhooksProps["sending"]): void {
  if (Number.isInteger(sendsPerOrg) && sendsPerOrg >= 1 && sendsPerOrg < slowDeliveryConcurrency) return;
  throw new Error(
    `sendsPerOrg must be a whole number from 1 to ${slowDeliveryConcurrency - 1}, below slowDeliveryConcurrency, not ${sendsPerOrg}.`,
  );
}

/** Runs that share what is due, each minute. */
const schedulerRuns = 2;

/** The way of an event to its subscribers: stream, queue, send; and the table of what became of it. */
export class Deliveries extends Construct {
  readonly table: TableV2;
  readonly deliveries: QueueWithDlq;
  /** Deliveries to endpoints that are not known as fast. */
  readonly slowDeliveries: QueueWithDlq;
  readonly replays: QueueWithDlq;
  /** Records of the stream that could not be fanned out. */
  readonly deadLetters: QuarantineQueue;
  readonly sender: NodeFunction;
  readonly fanOut: NodeFunction;
  readonly scheduler: NodeFunction;
  /** Has no route: IAM decides who may invoke it. */
  readonly repair: NodeFunction;
  readonly #props: Omit<WebhooksProps, "publicApi">;

  constructor(scope: Construct, id: string, props: Omit<WebhooksProps, "publicApi">) {
    super(scope, id);
    this.#props = props;
    checkSending(props.sending);
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    // A table of its own: it is written ten times as often as the config table, and forgets by itself.
    this.table = new TableV2(this, "Table", {
      partitionKey: text("pk"),
      sortKey: text("sk"),
      // Sparse: what succeeds at once is never in it.
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
    const { alarms } = props.observability;
    alarms.add(this, "DeliveriesThrottled", {
      severity: "notice",
      description: "DynamoDB holds back writes of deliveries.",
      ...whenNonZeroForThreePeriods(tableThrottles(this.table, "Write", ["undelivered"])),
    });
    // Deliveries and replays can be started again from the tables.
    const queue = { alarms, maxReceives: 5, isOnlyCopy: false };
    this.deliveries = new QueueWithDlq(this, "Deliveries", { ...queue, visibilitySeconds: 6 * 30 });
    this.slowDeliveries = new QueueWithDlq(this, "SlowDeliveries", { ...queue, visibilitySeconds: 6 * 30 });
    this.replays = new QueueWithDlq(this, "Replays", { ...queue, visibilitySeconds: 6 * 60 });
    this.deadLetters = new QuarantineQueue(this, "DeadLetters");
    this.sender = this.addSender();
    this.fanOut = this.addFanOut();
    this.scheduler = this.addScheduler();
    this.addReplays();
    this.repair = this.addRepair();
    props.observability.dashboard.addRow(
      "Webhooks",
      graph("Deliveries", [
        ownMetric(metricNames.deliveriesBegun, "Sum"),
        ownMetric(metricNames.deliveriesSucceeded, "Sum"),
        ownMetric(metricNames.deliveryAttemptsFailed, "Sum"),
        ownMetric(metricNames.deliveriesGivenUp, "Sum"),
      ]),
      graph(
        "Success of attempts, %",
        [successRate],
        [ownMetric(metricNames.deliveriesRescheduled, "Sum"), ownMetric(metricNames.endpointsDisabled, "Sum")],
      ),
      graph("Circuits opened", [ownMetric(metricNames.circuitsOpened, "Sum")]),
      graph("Queue depths", [
        depth(this.deliveries.queue, "deliveries"),
        depth(this.slowDeliveries.queue, "deliveries, slow"),
        depth(this.replays.queue, "replays"),
        depth(this.deliveries.deadLetters, "deliveries, dead letters"),
        depth(this.slowDeliveries.deadLetters, "deliveries, slow, dead letters"),
        depth(this.replays.deadLetters, "replays, dead letters"),
        depth(this.deadLetters, "fan-out, dead letters"),
      ]),
      graph("Stream age of the fan-out, ms", [this.fanOut.metric("IteratorAge", { statistic: "Maximum" })]),
    );
  }

  /** Lets a function list deliveries, begin them anew, and begin and follow replays. */
  grantManage(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], "endpoint#", "delivery#", "replay#");
    this.grant(fn, ["GetItem"], "endpoint#", "health#", "replay#", "replays#");
    this.grant(fn, ["BatchGetItem"], "endpoint#");
    this.grant(fn, ["PutItem"], "endpoint#", "replay#", "replays#");
    this.grant(fn, ["UpdateItem"], "health#");
    this.grantListUndelivered(fn);
    this.grantEnqueue(fn);
    this.grantEnqueueReplays(fn);
  }

  private grant(fn: LambdaFunction, names: string[], ...kinds: string[]): void {
    fn.addEnvironment(envVars.deliveriesTable, this.table.tableName);
    const actions = names.map((name) => `dynamodb:${name}`);
    const conditions = leadingKeys(...kinds);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn], conditions }));
  }

  private grantListUndelivered(fn: LambdaFunction): void {
    const resources = [`${this.table.tableArn}/index/undelivered`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ["dynamodb:Query"], resources }));
  }

  private grantEnqueueReplays(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.replaysQueue, this.replays.queue.queueUrl);
    this.replays.queue.grantSendMessages(fn);
  }

  private grantEnqueue(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.deliveriesQueue, this.deliveries.queue.queueUrl);
    this.deliveries.queue.grantSendMessages(fn);
  }

  private grantEnqueueSlow(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.slowDeliveriesQueue, this.slowDeliveries.queue.queueUrl);
    this.slowDeliveries.queue.grantSendMessages(fn);
  }

  private addFanOut(): NodeFunction {
    const { eventLog, auth, observability } = this.#props;
    const { alarms } = observability;
    const fn = new NodeFunction(this, "FanOut", {
      entry: "functions/webhooks/fan-out.ts",
      description: "Begins a delivery for each event and endpoint that wants it.",
      timeoutSeconds: 30,
      ...streamFunction(observability),
    });
    auth.grantEndpoints(fn, "list");
    this.grantEnqueue(fn);
    this.deadLetters.grantSendMessages(fn);
    fn.addEnvironment(envVars.fanOutDeadLetters, this.deadLetters.queueUrl);
    // The function sets aside a record that it cannot handle. Any other error is retried for as long as the stream
    // keeps its records, less an hour, however often; then their position goes to the same queue.
    eventLog.addStreamSource(fn, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      maxRecordAge: Duration.hours(23),
      onFailure: new SqsDlq(this.deadLetters),
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual("INSERT") })],
    });
    alarms.add(this, "FanOutDeadLetters", {
      severity: "page",
      description: "Records of the event stream could not be fanned out: their subscribers were not told.",
      ...whenNotEmpty(this.deadLetters, Duration.minutes(1)),
    });
    alarms.add(this, "FanOutRecordsLost", {
      severity: "page",
      description:
        "Records of the event stream could not be fanned out, and the queue that lists them refused to list them.",
      ...whenNonZero(ownMetric(metricNames.fanOutRecordsLost, "Sum")),
    });
    alarms.add(this, "FanOutStalled", {
      severity: "page",
      description: "Events come to the audit log, and none to the fan-out: subscribers are told of nothing.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          cause: ownMetric(metricNames.eventsLogged, "Sum"),
          effect: fn.metricInvocations(heartbeatPeriod),
        }),
      ),
    });
    alarms.add(this, "FanOutLag", {
      severity: "page",
      description: "Events wait longer than a minute in the stream before their subscribers are told.",
      metric: fn.metric("IteratorAge", { period: Duration.minutes(1), statistic: "Maximum" }),
      threshold: 60_000,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      // A stream without events has no age.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return fn;
  }

  private addSender(): NodeFunction {
    const { eventLog, auth, observability, sending } = this.#props;
    const { alarms } = observability;
    const fn = new NodeFunction(this, "Sender", {
      entry: "functions/webhooks/deliver.ts",
      description: "Signs and sends webhooks, and records what became of them.",
      // A batch begins its sends within 4 seconds, and each ends within 15.
      timeoutSeconds: 30,
      memory: 1024,
      log: observability.logRetention,
      // It moves deliveries from one lane to the other, and puts them off on the same.
      allowsRecursion: true,
    });
    // Auditors see what was given up; what operators need of a send is in the function's own log.
    fn.addEnvironment(envVars.auditLogGroup, observability.auditLogs.access.logGroupName);
    observability.auditLogs.access.grantWrite(fn);
    const source = { batchSize: 10, reportBatchItemFailures: true };
    const { deliveryConcurrency, slowDeliveryConcurrency, sendsPerOrg, sendsPerHost } = sending;
    fn.addEventSource(new SqsEventSource(this.deliveries.queue, { ...source, maxConcurrency: deliveryConcurrency }));
    fn.addEventSource(
      new SqsEventSource(this.slowDeliveries.queue, { ...source, maxConcurrency: slowDeliveryConcurrency }),
    );
    this.grantEnqueue(fn);
    this.grantEnqueueSlow(fn);
    fn.addEnvironment(envVars.sendsPerOrg, String(sendsPerOrg));
    fn.addEnvironment(envVars.sendsPerHost, String(sendsPerHost));
    this.grant(fn, ["UpdateItem"], "endpoint#", "health#", "permits#", "destination#");
    this.grant(fn, ["PutItem"], "endpoint#", "delivery#", "due#");
    this.grant(fn, ["GetItem"], "health#");
    eventLog.grantGet(fn);
    auth.grantEndpoints(fn, "disable");
    auth.grantListSuspendedOrgs(fn);
    eventLog.grantAppendInTransaction(fn);
    alarms.add(this, "DeliveryBacklog", {
      severity: "page",
      description: "More than a thousand deliveries of quiet organisations are due and wait, for five minutes on end.",
      ...quietBacklog(this.deliveries.queue, 5),
    });
    alarms.add(this, "SlowDeliveryBacklog", {
      severity: "notice",
      description:
        "More than a thousand deliveries of quiet organisations wait on the slow lane, for 15 minutes on end.",
      ...quietBacklog(this.slowDeliveries.queue, 15),
    });
    alarms.add(this, "EndpointsDisabled", {
      severity: "notice",
      description: "Endpoints were disabled: they answered 410, or failed for three days on end.",
      ...whenNonZero(ownMetric(metricNames.endpointsDisabled, "Sum")),
    });
    alarms.add(this, "AuditLinesLost", {
      severity: "notice",
      description: "Auditors do not see some deliveries that were given up: the audit log did not take their lines.",
      ...whenNonZero(ownMetric(metricNames.auditLinesLost, "Sum")),
    });
    return fn;
  }

  private addScheduler(): NodeFunction {
    const { alarms, logRetention } = this.#props.observability;
    const fn = new NodeFunction(this, "DeliveryScheduler", {
      entry: "functions/webhooks/scheduled-deliveries.ts",
      description: "Enqueues the attempts that are due, each minute.",
      timeoutSeconds: 55,
      log: logRetention,
    });
    this.grant(fn, ["Query", "DeleteItem"], "due#");
    this.grantEnqueue(fn);
    const targets = Array.from({ length: schedulerRuns }, (_, worker) => {
      const event = RuleTargetInput.fromObject({ worker, workers: schedulerRuns });
      return new LambdaTarget(fn, { event, retryAttempts: 2, maxEventAge: Duration.minutes(5) });
    });
    new Rule(this, "EachMinute", { schedule: Schedule.rate(Duration.minutes(1)), targets });
    alarms.add(this, "DeliverySchedulerErrors", {
      severity: "page",
      description: "Attempts that are due are not enqueued: retries are not sent.",
      ...whenNonZero(fn.metricErrors({ period: Duration.minutes(5) })),
      threshold: 3,
    });
    // Lambda polls an idle queue all the time, so its empty receives show that the stack is running. Missing data of the
    // function alone would raise the alarm in a new stack, too.
    alarms.add(this, "DeliverySchedulerStalled", {
      severity: "page",
      description: "The function that enqueues due attempts is not invoked: retries are not sent.",
      ...whenNonZeroForThreePeriods(
        missingHeartbeat({
          cause: this.replays.queue.metricNumberOfEmptyReceives(heartbeatPeriod),
          effect: fn.metricInvocations(heartbeatPeriod),
        }),
      ),
    });
    return fn;
  }

  private addReplays(): void {
    const { eventLog, auth, observability } = this.#props;
    const fn = new NodeFunction(this, "Replayer", {
      entry: "functions/webhooks/replay.ts",
      description: "Takes replays through the log, a page at a time.",
      timeoutSeconds: 60,
      log: observability.logRetention,
      // Each page sends the message for the next.
      allowsRecursion: true,
    });
    // Replays wait for each other rather than crowd out what happens now.
    fn.addEventSource(
      new SqsEventSource(this.replays.queue, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: 10 }),
    );
    eventLog.grantQuery(fn);
    auth.grantListShardedOrgs(fn);
    auth.grantEndpoints(fn, "get");
    auth.grantListSuspendedOrgs(fn);
    this.grant(fn, ["GetItem", "PutItem"], "replay#");
    this.grant(fn, ["BatchGetItem"], "endpoint#");
    this.grantListUndelivered(fn);
    this.grantEnqueue(fn);
    this.grantEnqueueReplays(fn);
  }

  /**
   * A function of its own rather than another action of the administrative one: it reads the log of every organisation,
   * and whoever may repair webhooks need not be able to issue tokens.
   */
  private addRepair(): NodeFunction {
    const { eventLog, auth, observability } = this.#props;
    const fn = new NodeFunction(this, "Repair", {
      entry: "functions/webhooks/repair.ts",
      description: "Starts the replays of what the fan-out missed. Invoked through IAM only.",
      // An answer is given after some 8 seconds, and the organisations that are under way then end within as many.
      timeoutSeconds: 60,
      log: observability.auditLogs.access,
    });
    auth.grantEndpoints(fn, "list");
    eventLog.grantQuery(fn);
    auth.grantListShardedOrgs(fn);
    this.grant(fn, ["Query", "PutItem"], "replay#");
    this.grant(fn, ["BatchGetItem"], "endpoint#");
    this.grantListUndelivered(fn);
    this.grantEnqueueReplays(fn);
    return fn;
  }
}

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
import { metrics, variables } from "#shared/platform/names.ts";
import { happens, happensOnEnd } from "./constructs/conditions.ts";
import { NodeFunction, streamFunction } from "./constructs/function.ts";
import { silence, silencePeriod } from "./constructs/heartbeat.ts";
import { keysThatBeginWith } from "./constructs/leading-keys.ts";
import { HeldQueue, WorkQueue, whenItHolds } from "./constructs/queue.ts";
import { protectedTable } from "./constructs/table.ts";
import { tableThrottles } from "./constructs/throttling.ts";
import { depth, graph, ownMetric } from "./constructs/widgets.ts";
import type { WebhooksProps } from "./webhooks.ts";

/** Of the attempts that were made, how many succeeded. */
const successRate = new MathExpression({
  expression: "100 * ok / (ok + failed)",
  usingMetrics: {
    ok: ownMetric(metrics.deliveriesSucceeded, "Sum"),
    failed: ownMetric(metrics.deliveryAttemptsFailed, "Sum"),
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
const dueRuns = 2;

/** The way of an event to its subscribers: stream, queue, send; and the table of what became of it. */
export class Deliveries extends Construct {
  readonly table: TableV2;
  readonly work: WorkQueue;
  /** Deliveries to endpoints that are not known as fast. */
  readonly slow: WorkQueue;
  readonly replays: WorkQueue;
  /** Records of the stream that could not be fanned out. */
  readonly unread: HeldQueue;
  readonly sender: NodeFunction;
  readonly fanOut: NodeFunction;
  readonly due: NodeFunction;
  /** Has no route: IAM decides who may invoke it. */
  readonly repair: NodeFunction;
  readonly #props: Omit<WebhooksProps, "readApi">;

  constructor(scope: Construct, id: string, props: Omit<WebhooksProps, "readApi">) {
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
    const { alarms } = props.operation;
    alarms.add(this, "DeliveriesThrottled", {
      severity: "notice",
      means: "DynamoDB holds back writes of deliveries.",
      ...happensOnEnd(tableThrottles(this.table, "Write", ["undelivered"])),
    });
    // Deliveries and replays can be started again from the tables.
    const queue = { alarms, maxReceives: 5, isOnlyCopy: false };
    this.work = new WorkQueue(this, "Deliveries", { ...queue, visibilitySeconds: 6 * 30 });
    this.slow = new WorkQueue(this, "SlowDeliveries", { ...queue, visibilitySeconds: 6 * 30 });
    this.replays = new WorkQueue(this, "Replays", { ...queue, visibilitySeconds: 6 * 60 });
    this.unread = new HeldQueue(this, "Unread");
    this.sender = this.addSender();
    this.fanOut = this.addFanOut();
    this.due = this.addDue();
    this.addReplays();
    this.repair = this.addRepair();
    props.operation.board.show(
      "Webhooks",
      graph("Deliveries", [
        ownMetric(metrics.deliveriesBegun, "Sum"),
        ownMetric(metrics.deliveriesSucceeded, "Sum"),
        ownMetric(metrics.deliveryAttemptsFailed, "Sum"),
        ownMetric(metrics.deliveriesGivenUp, "Sum"),
      ]),
      graph(
        "Success of attempts, %",
        [successRate],
        [ownMetric(metrics.deliveriesParked, "Sum"), ownMetric(metrics.endpointsDisabled, "Sum")],
      ),
      graph("Circuits opened", [ownMetric(metrics.circuitsOpened, "Sum")]),
      graph("Queue depths", [
        depth(this.work.queue, "deliveries"),
        depth(this.slow.queue, "deliveries, slow"),
        depth(this.replays.queue, "replays"),
        depth(this.work.deadLetters, "deliveries, dead letters"),
        depth(this.slow.deadLetters, "deliveries, slow, dead letters"),
        depth(this.replays.deadLetters, "replays, dead letters"),
        depth(this.unread, "unread"),
      ]),
      graph("Stream age of the fan-out, ms", [this.fanOut.metric("IteratorAge", { statistic: "Maximum" })]),
    );
  }

  /** Lets a function list deliveries, begin them anew, and begin and follow replays. */
  allowManage(fn: LambdaFunction): void {
    this.allow(fn, ["Query"], "endpoint#", "delivery#", "replay#");
    this.allow(fn, ["GetItem"], "endpoint#", "health#", "replay#", "replays#");
    this.allow(fn, ["BatchGetItem"], "endpoint#");
    this.allow(fn, ["PutItem"], "endpoint#", "replay#", "replays#");
    this.allow(fn, ["UpdateItem"], "health#");
    this.allowListUndelivered(fn);
    this.allowSend(fn);
    this.allowReplay(fn);
  }

  private allow(fn: LambdaFunction, names: string[], ...kinds: string[]): void {
    fn.addEnvironment(variables.deliveriesTable, this.table.tableName);
    const actions = names.map((name) => `dynamodb:${name}`);
    const conditions = keysThatBeginWith(...kinds);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn], conditions }));
  }

  private allowListUndelivered(fn: LambdaFunction): void {
    const resources = [`${this.table.tableArn}/index/undelivered`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ["dynamodb:Query"], resources }));
  }

  private allowReplay(fn: LambdaFunction): void {
    fn.addEnvironment(variables.replaysQueue, this.replays.queue.queueUrl);
    this.replays.queue.grantSendMessages(fn);
  }

  private allowSend(fn: LambdaFunction): void {
    fn.addEnvironment(variables.deliveriesQueue, this.work.queue.queueUrl);
    this.work.queue.grantSendMessages(fn);
  }

  private allowMove(fn: LambdaFunction): void {
    fn.addEnvironment(variables.slowDeliveriesQueue, this.slow.queue.queueUrl);
    this.slow.queue.grantSendMessages(fn);
  }

  private addFanOut(): NodeFunction {
    const { eventLog, access, operation } = this.#props;
    const { alarms } = operation;
    const fn = new NodeFunction(this, "FanOut", {
      entry: "functions/webhooks/fan-out.ts",
      description: "Begins a delivery for each event and endpoint that wants it.",
      timeoutSeconds: 30,
      ...streamFunction(operation),
    });
    access.allowEndpoints(fn, "list");
    this.allowSend(fn);
    this.unread.grantSendMessages(fn);
    fn.addEnvironment(variables.unreadQueue, this.unread.queueUrl);
    // The function sets aside a record that it cannot handle. Any other error is retried for as long as the stream
    // keeps its records, less an hour, however often; then their position goes to the same queue.
    eventLog.follow(fn, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      maxRecordAge: Duration.hours(23),
      onFailure: new SqsDlq(this.unread),
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual("INSERT") })],
    });
    alarms.add(this, "UnreadEvents", {
      severity: "page",
      means: "Records of the event stream could not be fanned out: their subscribers were not told.",
      ...whenItHolds(this.unread, Duration.minutes(1)),
    });
    alarms.add(this, "UnreadRefused", {
      severity: "page",
      means: "Records of the event stream could not be fanned out, and the queue that lists them refused to list them.",
      ...happens(ownMetric(metrics.unreadRefused, "Sum")),
    });
    alarms.add(this, "FanOutSilent", {
      severity: "page",
      means: "Events come to the audit log, and none to the fan-out: subscribers are told of nothing.",
      ...happensOnEnd(
        silence({ cause: ownMetric(metrics.eventsLogged, "Sum"), effect: fn.metricInvocations(silencePeriod) }),
      ),
    });
    alarms.add(this, "FanOutLag", {
      severity: "page",
      means: "Events wait longer than a minute in the stream before their subscribers are told.",
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
    const { eventLog, access, operation, sending } = this.#props;
    const { alarms } = operation;
    const fn = new NodeFunction(this, "Sender", {
      entry: "functions/webhooks/deliver.ts",
      description: "Signs and sends webhooks, and records what became of them.",
      // A batch begins its sends within 4 seconds, and each ends within 15.
      timeoutSeconds: 30,
      memory: 1024,
      log: operation.logRetention,
      // It moves deliveries from one lane to the other, and puts them off on the same.
      allowsRecursion: true,
    });
    // Auditors see what was given up; what operators need of a send is in the function's own log.
    fn.addEnvironment(variables.auditLogGroup, operation.auditLogs.access.logGroupName);
    operation.auditLogs.access.grantWrite(fn);
    const source = { batchSize: 10, reportBatchItemFailures: true };
    const { deliveryConcurrency, slowDeliveryConcurrency, sendsPerOrg, sendsPerHost } = sending;
    fn.addEventSource(new SqsEventSource(this.work.queue, { ...source, maxConcurrency: deliveryConcurrency }));
    fn.addEventSource(new SqsEventSource(this.slow.queue, { ...source, maxConcurrency: slowDeliveryConcurrency }));
    this.allowSend(fn);
    this.allowMove(fn);
    fn.addEnvironment(variables.sendsPerOrg, String(sendsPerOrg));
    fn.addEnvironment(variables.sendsPerHost, String(sendsPerHost));
    this.allow(fn, ["UpdateItem"], "endpoint#", "health#", "permits#", "destination#");
    this.allow(fn, ["PutItem"], "endpoint#", "delivery#", "due#");
    this.allow(fn, ["GetItem"], "health#");
    eventLog.allowGet(fn);
    access.allowEndpoints(fn, "disable");
    access.allowSuspensions(fn);
    eventLog.allowAppendInTransaction(fn);
    alarms.add(this, "DeliveryBacklog", {
      severity: "page",
      means: "More than a thousand deliveries of quiet organisations are due and wait, for five minutes on end.",
      ...quietBacklog(this.work.queue, 5),
    });
    alarms.add(this, "SlowDeliveryBacklog", {
      severity: "notice",
      means: "More than a thousand deliveries of quiet organisations wait on the slow lane, for 15 minutes on end.",
      ...quietBacklog(this.slow.queue, 15),
    });
    alarms.add(this, "EndpointsDisabled", {
      severity: "notice",
      means: "Endpoints were disabled: they answered 410, or failed for three days on end.",
      ...happens(ownMetric(metrics.endpointsDisabled, "Sum")),
    });
    alarms.add(this, "AuditLinesLost", {
      severity: "notice",
      means: "Auditors do not see some deliveries that were given up: the audit log did not take their lines.",
      ...happens(ownMetric(metrics.auditLinesLost, "Sum")),
    });
    return fn;
  }

  private addDue(): NodeFunction {
    const { alarms, logRetention } = this.#props.operation;
    const fn = new NodeFunction(this, "Due", {
      entry: "functions/webhooks/scheduled-deliveries.ts",
      description: "Enqueues the attempts that are due, each minute.",
      timeoutSeconds: 55,
      log: logRetention,
    });
    this.allow(fn, ["Query", "DeleteItem"], "due#");
    this.allowSend(fn);
    const targets = Array.from({ length: dueRuns }, (_, run) => {
      const event = RuleTargetInput.fromObject({ run, of: dueRuns });
      return new LambdaTarget(fn, { event, retryAttempts: 2, maxEventAge: Duration.minutes(5) });
    });
    new Rule(this, "EachMinute", { schedule: Schedule.rate(Duration.minutes(1)), targets });
    alarms.add(this, "DueErrors", {
      severity: "page",
      means: "Attempts that are due are not enqueued: retries are not sent.",
      ...happens(fn.metricErrors({ period: Duration.minutes(5) })),
      threshold: 3,
    });
    // Lambda polls an idle queue all the time, so its empty receives show that the stack is running. Missing data of the
    // function alone would raise the alarm in a new stack, too.
    alarms.add(this, "DueSilent", {
      severity: "page",
      means: "The function that enqueues due attempts is not invoked: retries are not sent.",
      ...happensOnEnd(
        silence({
          cause: this.replays.queue.metricNumberOfEmptyReceives(silencePeriod),
          effect: fn.metricInvocations(silencePeriod),
        }),
      ),
    });
    return fn;
  }

  private addReplays(): void {
    const { eventLog, access, operation } = this.#props;
    const fn = new NodeFunction(this, "Replayer", {
      entry: "functions/webhooks/replay.ts",
      description: "Takes replays through the log, a page at a time.",
      timeoutSeconds: 60,
      log: operation.logRetention,
      // Each page sends the message for the next.
      allowsRecursion: true,
    });
    // Replays wait for each other rather than crowd out what happens now.
    fn.addEventSource(
      new SqsEventSource(this.replays.queue, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: 10 }),
    );
    eventLog.allowQuery(fn);
    access.allowShards(fn);
    access.allowEndpoints(fn, "get");
    access.allowSuspensions(fn);
    this.allow(fn, ["GetItem", "PutItem"], "replay#");
    this.allow(fn, ["BatchGetItem"], "endpoint#");
    this.allowListUndelivered(fn);
    this.allowSend(fn);
    this.allowReplay(fn);
  }

  /**
   * A function of its own rather than another action of the administrative one: it reads the log of every organisation,
   * and whoever may repair webhooks need not be able to issue tokens.
   */
  private addRepair(): NodeFunction {
    const { eventLog, access, operation } = this.#props;
    const fn = new NodeFunction(this, "Repair", {
      entry: "functions/webhooks/repair.ts",
      description: "Starts the replays of what the fan-out missed. Invoked through IAM only.",
      // An answer is given after some 8 seconds, and the organisations that are under way then end within as many.
      timeoutSeconds: 60,
      log: operation.auditLogs.access,
    });
    access.allowEndpoints(fn, "list");
    eventLog.allowQuery(fn);
    access.allowShards(fn);
    this.allow(fn, ["Query", "PutItem"], "replay#");
    this.allow(fn, ["BatchGetItem"], "endpoint#");
    this.allowListUndelivered(fn);
    this.allowReplay(fn);
    return fn;
  }
}

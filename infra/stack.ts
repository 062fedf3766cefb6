import { CfnOutput, Stack, type StackProps, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Archive } from "./archive.ts";
import { Review } from "./audit.ts";
import { AuditLogs } from "./audit-logs.ts";
import { Access } from "./auth.ts";
import { Backup } from "./backup.ts";
import type { Stage } from "./config.ts";
import { Alarms } from "./constructs/alarms.ts";
import { Board } from "./constructs/dashboard.ts";
import type { Operation } from "./constructs/observability.ts";
import { EventLog } from "./event-log.ts";
import { Ingest } from "./ingest.ts";
import { requireAlarmAddress } from "./production.ts";
import { ReadApi } from "./public-api.ts";
import { Webhooks } from "./webhooks.ts";

/** The whole product, in the order in which an event passes through it. */
export class ActivityLogStack extends Stack {
  constructor(scope: Construct, id: string, stage: Stage, props?: StackProps) {
    super(scope, id, {
      ...props,
      ...(stage.region !== null && { env: { region: stage.region } }),
      terminationProtection: stage.isProduction,
    });
    requireAlarmAddress(id, stage);
    const operation: Operation = {
      alarms: new Alarms(this, "Alarms", { email: stage.alarmEmail }),
      board: new Board(this, "Board"),
      auditLogs: new AuditLogs(this, "AuditLogs", { retention: stage.auditRetentionDays }),
      logRetention: stage.logRetentionDays,
      reserved: stage.reserved,
    };
    const { tableClass, warmThroughput } = stage;
    const eventLog = new EventLog(this, "EventLog", { operation, tableClass, warmThroughput });
    const access = new Access(this, "Access", { operation });
    // Revoking a token can disable the webhook endpoints that it created, which is an event of their organisation.
    eventLog.allowAppendInTransaction(access.admin);
    const ingest = new Ingest(this, "Ingest", {
      operation,
      eventLog,
      access,
      concurrency: stage.ingestConcurrency,
    });
    const readApi = new ReadApi(this, "ReadApi", { eventLog, access, operation, stage });
    const { api, deliveries } = new Webhooks(this, "Webhooks", {
      operation,
      eventLog,
      access,
      readApi,
      sending: stage,
    });

    const review = new Review(this, "Review", { operation, eventLog, access });

    if (stage.archive !== null) {
      const { fn, bucket } = new Archive(this, "Archive", { operation, ...stage.archive });
      this.output("FunctionArchive", fn.functionName);
      this.output("BucketArchive", bucket.bucketName);
    }
    if (stage.backup !== null) {
      // Not the deliveries: they expire after 30 days, and point-in-time recovery has the last 35.
      const tables = [eventLog.table, access.table];
      new Backup(this, "Backup", { tables, alarms: operation.alarms, ...stage.backup });
    }

    // `{Kind}{Name}`: the command line and the local runtime find everything by these names.
    this.output("ApiUrl", readApi.url);
    this.output("QueueIngest", ingest.work.queue.queueUrl);
    this.output("QueueIngestDeadLetters", ingest.work.deadLetters.queueUrl);
    this.output("QueueRejected", ingest.rejected.queueUrl);
    this.output("QueueDeliveries", deliveries.work.queue.queueUrl);
    this.output("QueueDeliveriesDeadLetters", deliveries.work.deadLetters.queueUrl);
    this.output("QueueSlowDeliveries", deliveries.slow.queue.queueUrl);
    this.output("QueueSlowDeliveriesDeadLetters", deliveries.slow.deadLetters.queueUrl);
    this.output("QueueReplays", deliveries.replays.queue.queueUrl);
    this.output("QueueReplaysDeadLetters", deliveries.replays.deadLetters.queueUrl);
    this.output("QueueUnread", deliveries.unread.queueUrl);
    this.output("TableEvents", eventLog.table.tableName);
    this.output("TableConfig", access.table.tableName);
    this.output("TableDeliveries", deliveries.table.tableName);
    this.output("FunctionAccess", access.admin.functionName);
    this.output("FunctionIngest", ingest.fn.functionName);
    this.output("FunctionOauth", access.oauth.functionName);
    this.output("FunctionFinzbooks", readApi.finzbooks.functionName);
    this.output("FunctionSimplybooks", readApi.simplybooks.functionName);
    this.output("FunctionFakturoid", readApi.fakturoid.functionName);
    this.output("FunctionWebhooks", api.functionName);
    this.output("FunctionSender", deliveries.sender.functionName);
    this.output("FunctionFanOut", deliveries.fanOut.functionName);
    this.output("FunctionDue", deliveries.due.functionName);
    this.output("FunctionRepair", deliveries.repair.functionName);
    this.output("FunctionReview", review.fn.functionName);
    this.output("QueueUnlogged", review.unlogged.queueUrl);
    this.output("LogEvents", operation.auditLogs.events.logGroupName);
    this.output("LogAccess", operation.auditLogs.access.logGroupName);
    for (const [key, value] of Object.entries(stage.tags)) Tags.of(this).add(key, value);
  }

  private output(key: string, value: string): void {
    new CfnOutput(this, key, { value });
  }
}

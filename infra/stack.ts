import { CfnOutput, Stack, type StackProps, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Archive } from "./archive.ts";
import { Audit } from "./audit.ts";
import { AuditLogs } from "./audit-logs.ts";
import { Auth } from "./auth.ts";
import { Backup } from "./backup.ts";
import type { Stage } from "./config.ts";
import { Alarms } from "./constructs/alarms.ts";
import { Dashboard } from "./constructs/dashboard.ts";
import type { Observability } from "./constructs/observability.ts";
import { EventLog } from "./event-log.ts";
import { Ingest } from "./ingest.ts";
import { requireAlarmAddress } from "./production.ts";
import { PublicApi } from "./public-api.ts";
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
    const observability: Observability = {
      alarms: new Alarms(this, "Alarms", { email: stage.alarmEmail }),
      dashboard: new Dashboard(this, "Dashboard"),
      auditLogs: new AuditLogs(this, "AuditLogs", { retention: stage.auditRetentionDays }),
      logRetention: stage.logRetentionDays,
      reserved: stage.reserved,
    };
    const { tableClass, warmThroughput } = stage;
    const eventLog = new EventLog(this, "EventLog", { observability, tableClass, warmThroughput });
    const auth = new Auth(this, "Auth", { observability });
    // Revoking a token can disable the webhook endpoints that it created, which is an event of their organisation.
    eventLog.grantAppendInTransaction(auth.admin);
    const ingest = new Ingest(this, "Ingest", {
      observability,
      eventLog,
      auth,
      concurrency: stage.ingestConcurrency,
    });
    const publicApi = new PublicApi(this, "PublicApi", { eventLog, auth, observability, stage });
    const { api, deliveries } = new Webhooks(this, "Webhooks", {
      observability,
      eventLog,
      auth,
      publicApi,
      sending: stage,
    });

    const audit = new Audit(this, "Audit", { observability, eventLog, auth });

    if (stage.archive !== null) {
      const { fn, bucket } = new Archive(this, "Archive", { observability, ...stage.archive });
      this.output("FunctionArchive", fn.functionName);
      this.output("BucketArchive", bucket.bucketName);
    }
    if (stage.backup !== null) {
      // Not the deliveries: they expire after 30 days, and point-in-time recovery has the last 35.
      const tables = [eventLog.table, auth.table];
      new Backup(this, "Backup", { tables, alarms: observability.alarms, ...stage.backup });
    }

    // `{Kind}{Name}`: the command line and the local runtime find everything by these names.
    this.output("ApiUrl", publicApi.url);
    this.output("QueueIngest", ingest.events.queue.queueUrl);
    this.output("QueueIngestDeadLetters", ingest.events.deadLetters.queueUrl);
    this.output("QueueRejected", ingest.rejected.queueUrl);
    this.output("QueueDeliveries", deliveries.deliveries.queue.queueUrl);
    this.output("QueueDeliveriesDeadLetters", deliveries.deliveries.deadLetters.queueUrl);
    this.output("QueueSlowDeliveries", deliveries.slowDeliveries.queue.queueUrl);
    this.output("QueueSlowDeliveriesDeadLetters", deliveries.slowDeliveries.deadLetters.queueUrl);
    this.output("QueueReplays", deliveries.replays.queue.queueUrl);
    this.output("QueueReplaysDeadLetters", deliveries.replays.deadLetters.queueUrl);
    this.output("QueueFanOutDeadLetters", deliveries.deadLetters.queueUrl);
    this.output("TableEvents", eventLog.table.tableName);
    this.output("TableConfig", auth.table.tableName);
    this.output("TableDeliveries", deliveries.table.tableName);
    this.output("FunctionAdmin", auth.admin.functionName);
    this.output("FunctionIngest", ingest.fn.functionName);
    this.output("FunctionOauth", auth.oauth.functionName);
    this.output("FunctionFinzbooks", publicApi.finzbooks.functionName);
    this.output("FunctionSimplybooks", publicApi.simplybooks.functionName);
    this.output("FunctionFakturoid", publicApi.fakturoid.functionName);
    this.output("FunctionWebhooks", api.functionName);
    this.output("FunctionSender", deliveries.sender.functionName);
    this.output("FunctionFanOut", deliveries.fanOut.functionName);
    this.output("FunctionDeliveryScheduler", deliveries.scheduler.functionName);
    this.output("FunctionRepair", deliveries.repair.functionName);
    this.output("FunctionAudit", audit.fn.functionName);
    this.output("QueueAuditLogDeadLetters", audit.deadLetters.queueUrl);
    this.output("LogEvents", observability.auditLogs.events.logGroupName);
    this.output("LogAccess", observability.auditLogs.access.logGroupName);
    for (const [key, value] of Object.entries(stage.tags)) Tags.of(this).add(key, value);
  }

  private output(key: string, value: string): void {
    new CfnOutput(this, key, { value });
  }
}

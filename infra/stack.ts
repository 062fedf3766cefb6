import { CfnOutput, Stack, type StackProps, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { consolePath } from "#shared/platform/console-path.ts";
import { PublicApi } from "./api/public-api.ts";
import { Archive } from "./audit/archive.ts";
import { Audit } from "./audit/audit.ts";
import { Auth } from "./auth.ts";
import { Backup } from "./backup.ts";
import { requireAlarmAddress, type Stage } from "./config.ts";
import { Console } from "./console/console.ts";
import type { ConsoleSettings } from "./console/console-settings.ts";
import { Alarms } from "./constructs/alarms.ts";
import { AuditLogs } from "./constructs/audit-logs.ts";
import { Dashboard } from "./constructs/dashboard.ts";
import type { Observability } from "./constructs/observability.ts";
import { EventLog } from "./events/event-log.ts";
import { Ingest } from "./events/ingest.ts";
import { Anchors } from "./ledger/anchors.ts";
import { ChangeFeed } from "./ledger/change-feed.ts";
import { Ledger } from "./ledger/ledger.ts";
import { requireLogName } from "./ledger/log-name.ts";
import { Proofs } from "./ledger/proofs.ts";
import { Reconciler } from "./ledger/reconciler.ts";
import { Sequencer } from "./ledger/sequencer.ts";
import { requireSigningKeys } from "./ledger/signing-key-settings.ts";
import { Webhooks } from "./webhooks/webhooks.ts";

/** The whole product, in the order in which an event passes through it. */
export class ActivityLogStack extends Stack {
  constructor(scope: Construct, id: string, stage: Stage, props?: StackProps) {
    super(scope, id, {
      ...props,
      ...(stage.region !== null && { env: { region: stage.region } }),
      terminationProtection: stage.isProduction,
    });
    requireAlarmAddress(id, stage);
    const logName = requireLogName(id, stage.trust);
    const keys = requireSigningKeys(id, stage.trust.keys);
    const observability: Observability = {
      alarms: new Alarms(this, "Alarms", { email: stage.alarmEmail }),
      dashboard: new Dashboard(this, "Dashboard"),
      auditLogs: new AuditLogs(this, "AuditLogs", { retention: stage.auditRetentionDays }),
      logRetention: stage.logRetentionDays,
      reserved: stage.reserved,
    };
    const { tableClass, warmThroughput, ingestConcurrency } = stage;
    const eventLog = new EventLog(this, "EventLog", { observability, tableClass, warmThroughput });
    const ledger = new Ledger(this, "Ledger", { observability });
    const auth = new Auth(this, "Auth", { observability });
    // Revoking a token can disable the webhook endpoints that it created, which is an event of their organisation.
    eventLog.grantAppendInTransaction(auth.admin);
    const sequencer = new Sequencer(this, "Sequencer", { observability, eventLog, auth, ledger });
    const reconciler = new Reconciler(this, "Reconciler", { observability, eventLog, auth, ledger });
    const ingest = new Ingest(this, "Ingest", { observability, eventLog, auth, concurrency: ingestConcurrency });
    const publicApi = new PublicApi(this, "PublicApi", { eventLog, auth, observability, stage });
    // For lists with sequences.
    ledger.grantQuery(publicApi.finzbooks);
    const webhooks = new Webhooks(this, "Webhooks", {
      observability,
      eventLog,
      ledger,
      auth,
      publicApi,
      limits: stage,
    });
    new ChangeFeed(this, "ChangeFeed", { observability, eventLog, ledger, auth, publicApi });
    const proofs = new Proofs(this, "Proofs", { observability, eventLog, ledger, auth, publicApi, logName, keys });
    const anchors = new Anchors(this, "Anchors", {
      observability,
      auth,
      ledger,
      publicApi,
      signingKeys: proofs.signingKeys,
      trust: stage.trust,
    });
    const audit = new Audit(this, "Audit", { observability, eventLog, auth });

    if (stage.console !== null) this.#addConsole(stage.console, publicApi, stage.isProduction);
    if (stage.archive !== null) {
      const { fn, bucket } = new Archive(this, "Archive", { observability, ...stage.archive });
      this.addOutputs({ FunctionArchive: fn.functionName, BucketArchive: bucket.bucketName });
    }
    if (anchors.bucket !== null) this.addOutputs({ BucketAnchors: anchors.bucket.bucketName });
    if (stage.backup !== null) {
      // Without the deliveries: they expire after 30 days, and point-in-time recovery covers the last 35.
      const tables = [eventLog.table, ledger.table, auth.table];
      new Backup(this, "Backup", { tables, alarms: observability.alarms, ...stage.backup });
    }

    // Named `{Kind}{Name}`: the command line and the local runtime look resources up by these names.
    const { deliveries } = webhooks;
    this.addOutputs({
      ApiUrl: publicApi.url,
      QueueIngest: ingest.events.queue.queueUrl,
      QueueIngestDeadLetters: ingest.events.deadLetters.queueUrl,
      QueueRejected: ingest.rejected.queueUrl,
      QueueDeliveries: deliveries.fastQueue.queue.queueUrl,
      QueueDeliveriesDeadLetters: deliveries.fastQueue.deadLetters.queueUrl,
      QueueSlowDeliveries: deliveries.slowQueue.queue.queueUrl,
      QueueSlowDeliveriesDeadLetters: deliveries.slowQueue.deadLetters.queueUrl,
      QueueReplays: deliveries.replayQueue.queue.queueUrl,
      QueueReplaysDeadLetters: deliveries.replayQueue.deadLetters.queueUrl,
      QueueSequencerDeadLetters: sequencer.deadLetters.queueUrl,
      QueueAnchorDeadLetters: anchors.deadLetters.queueUrl,
      QueueFanOutDeadLetters: webhooks.fanOut.deadLetters.queueUrl,
      QueueAuditLogDeadLetters: audit.deadLetters.queueUrl,
      TableEvents: eventLog.table.tableName,
      TableLedger: ledger.table.tableName,
      TableConfig: auth.table.tableName,
      TableDeliveries: deliveries.table.tableName,
      FunctionAdmin: auth.admin.functionName,
      FunctionIngest: ingest.fn.functionName,
      FunctionOauth: auth.oauth.functionName,
      FunctionViewerTokens: auth.viewerTokens.functionName,
      FunctionFinzbooks: publicApi.finzbooks.functionName,
      FunctionSimplybooks: publicApi.simplybooks.functionName,
      FunctionFakturoid: publicApi.fakturoid.functionName,
      FunctionProofs: proofs.fn.functionName,
      FunctionWebhooks: webhooks.api.functionName,
      FunctionSender: webhooks.sender.fn.functionName,
      FunctionSequencer: sequencer.fn.functionName,
      FunctionReconcile: reconciler.fn.functionName,
      FunctionAnchors: anchors.fn.functionName,
      FunctionFanOut: webhooks.fanOut.fn.functionName,
      FunctionDeliveryScheduler: webhooks.scheduler.fn.functionName,
      FunctionRepair: webhooks.replays.repair.functionName,
      FunctionAudit: audit.fn.functionName,
      LogEvents: observability.auditLogs.events.logGroupName,
      LogAccess: observability.auditLogs.access.logGroupName,
    });
    // The public keys themselves are not known before KMS has created them.
    this.addOutputs({ TrustName: logName, TrustKeys: proofs.signingKeys.json });
    for (const [key, value] of Object.entries(stage.tags)) Tags.of(this).add(key, value);
  }

  #addConsole(settings: ConsoleSettings, publicApi: PublicApi, isProduction: boolean): void {
    const { bucket, origin } = new Console(this, "Console", { settings, apiOrigin: publicApi.url, isProduction });
    publicApi.addConsole(origin);
    this.addOutputs({ ConsoleUrl: `${origin}${consolePath}`, BucketConsole: bucket.bucketName });
  }

  private addOutputs(outputs: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(outputs)) new CfnOutput(this, key, { value });
  }
}

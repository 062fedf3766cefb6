import { Duration, Stack, Validations } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { metrics, variables } from "#shared/platform/names.ts";
import { happens } from "./constructs/conditions.ts";
import { NodeFunction } from "./constructs/function.ts";
import { silence } from "./constructs/heartbeat.ts";
import type { Operation } from "./constructs/observability.ts";
import { keptOnceUsed } from "./constructs/retained.ts";
import { ownMetric } from "./constructs/widgets.ts";

export type ArchiveProps = {
  readonly operation: Operation;
  /** Years in which nobody, the owner of the account included, can change or delete what is archived. */
  readonly years: number;
};

/**
 * A copy of each day of the log of what happened, in a bucket that nobody can take anything out of. CloudWatch exports
 * to buckets with Object Lock: see CreateExportTask in its API reference.
 */
export class Archive extends Construct {
  readonly bucket: Bucket;
  readonly fn: NodeFunction;

  constructor(scope: Construct, id: string, { operation, years }: ArchiveProps) {
    super(scope, id);
    const { events } = operation.auditLogs;
    this.bucket = new Bucket(this, "Bucket", {
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(365 * years)),
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: keptOnceUsed,
    });
    const reason = "It is itself a copy of a log, and nobody but CloudWatch Logs may write to it.";
    Validations.of(this.bucket).acknowledge({ id: "AwsSolutions::AwsSolutions-S1", reason });
    const { region, account, partition } = Stack.of(this);
    // With and without the tail: the guide shows patterns only, and not which of the two the service sends.
    const group = `arn:${partition}:logs:${region}:${account}:log-group:${events.logGroupName}`;
    const from = {
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      conditions: {
        StringEquals: { "aws:SourceAccount": account },
        ArnLike: { "aws:SourceArn": [group, `${group}:*`] },
      },
    };
    this.bucket.addToResourcePolicy(
      new PolicyStatement({ ...from, actions: ["s3:GetBucketAcl"], resources: [this.bucket.bucketArn] }),
    );
    this.bucket.addToResourcePolicy(
      new PolicyStatement({ ...from, actions: ["s3:PutObject"], resources: [`${this.bucket.bucketArn}/*`] }),
    );

    this.fn = new NodeFunction(this, "Function", {
      entry: "functions/audit/archive.ts",
      description: "Has CloudWatch export the audit log of a day to the archive.",
      timeoutSeconds: 30,
      log: operation.logRetention,
    });
    this.fn.addEnvironment(variables.auditLogGroup, events.logGroupName);
    this.fn.addEnvironment(variables.archiveBucket, this.bucket.bucketName);
    this.fn.addToRolePolicy(
      new PolicyStatement({ actions: ["logs:CreateExportTask"], resources: [events.logGroupArn] }),
    );
    // Who asks for an export must be allowed to write what it writes: see CreateExportTask. Nobody can overwrite.
    const exported = `${this.bucket.bucketArn}/events/*`;
    this.fn.addToRolePolicy(new PolicyStatement({ actions: ["s3:PutObject"], resources: [exported] }));
    const named = "<ArchiveBucket49F1AC64.Arn>";
    const free = "The names of exported objects are CloudWatch's own.";
    Validations.of(this).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${named}/events/*]`,
      reason: free,
    });
    // CloudWatch takes up to twelve hours to have all of a day ready for export.
    const schedule = Schedule.cron({ hour: "13", minute: "0" });
    const targets = [new LambdaTarget(this.fn, { retryAttempts: 2, maxEventAge: Duration.hours(6) })];
    new Rule(this, "EachDay", { schedule, targets });
    this.addAlarms(operation);
  }

  private addAlarms({ alarms }: Operation): void {
    alarms.add(this, "ArchiveErrors", {
      severity: "notice",
      means: "A day of the audit log was not exported to the archive.",
      ...happens(this.fn.metricErrors({ period: Duration.days(1) })),
    });
    const day = { period: Duration.days(1), statistic: "Sum" };
    alarms.add(this, "ArchiveSilent", {
      severity: "notice",
      means: "Events were logged on two days, and nothing was exported to the archive.",
      ...happens(
        silence({
          cause: ownMetric(metrics.eventsLogged, "Sum").with(day),
          effect: this.fn.metricInvocations(day),
          ...day,
        }),
      ),
      // A stack in its first day has no event of the day before, and no export yet.
      evaluationPeriods: 2,
    });
  }
}

import { Duration, Stack, Validations } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { whenNonZero } from "#infra/constructs/alarm-conditions.ts";
import { NodeFunction } from "#infra/constructs/function.ts";
import { missingHeartbeat } from "#infra/constructs/heartbeat.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { retainExceptOnCreate } from "#infra/constructs/retention.ts";
import { ownMetric } from "#infra/constructs/widgets.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";

export type ArchiveProps = {
  readonly observability: Observability;
  /** Years for which archived objects cannot be changed or deleted, not even by the account owner. */
  readonly years: number;
};

/**
 * A copy of each day of the audit log of events, in a bucket whose objects cannot be deleted. CloudWatch can export to
 * buckets with Object Lock: see CreateExportTask in its API reference.
 */
export class Archive extends Construct {
  readonly bucket: Bucket;
  readonly fn: NodeFunction;

  constructor(scope: Construct, id: string, { observability, years }: ArchiveProps) {
    super(scope, id);
    const { events } = observability.auditLogs;
    this.bucket = new Bucket(this, "Bucket", {
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(365 * years)),
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: retainExceptOnCreate,
    });
    const reason = "The bucket is itself a copy of a log, and only CloudWatch Logs may write to it.";
    Validations.of(this.bucket).acknowledge({ id: "AwsSolutions::AwsSolutions-S1", reason });
    const { region, account, partition } = Stack.of(this);
    // With and without `:*`: the guide shows patterns only, not which of the two ARNs the service sends.
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
      description: "Starts the CloudWatch export of a day of the audit log to the archive.",
      timeoutSeconds: 30,
      log: observability.logRetention,
    });
    this.fn.addEnvironment(envVars.auditLogGroup, events.logGroupName);
    this.fn.addEnvironment(envVars.archiveBucket, this.bucket.bucketName);
    this.fn.addToRolePolicy(
      new PolicyStatement({ actions: ["logs:CreateExportTask"], resources: [events.logGroupArn] }),
    );
    // CreateExportTask requires that its caller may write the objects. Object Lock prevents overwriting.
    const exported = `${this.bucket.bucketArn}/events/*`;
    this.fn.addToRolePolicy(new PolicyStatement({ actions: ["s3:PutObject"], resources: [exported] }));
    const named = "<ArchiveBucket49F1AC64.Arn>";
    const free = "CloudWatch chooses the names of exported objects.";
    Validations.of(this).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${named}/events/*]`,
      reason: free,
    });
    // CloudWatch may take up to twelve hours until a whole day can be exported.
    const schedule = Schedule.cron({ hour: "13", minute: "0" });
    const targets = [new LambdaTarget(this.fn, { retryAttempts: 2, maxEventAge: Duration.hours(6) })];
    new Rule(this, "EachDay", { schedule, targets });
    this.addAlarms(observability);
  }

  private addAlarms({ alarms }: Observability): void {
    alarms.add(this, "ArchiveErrors", {
      severity: "notice",
      description: "A day of the audit log was not exported to the archive.",
      ...whenNonZero(this.fn.metricErrors({ period: Duration.days(1) })),
    });
    const day = { period: Duration.days(1), statistic: "Sum" };
    alarms.add(this, "ArchiveStalled", {
      severity: "notice",
      description: "Events were logged on two days, but no day was exported to the archive.",
      ...whenNonZero(
        missingHeartbeat({
          input: ownMetric(metricNames.eventsLogged, "Sum").with(day),
          output: this.fn.metricInvocations(day),
          ...day,
        }),
      ),
      // A stack in its first day has no events of the day before, and no export yet.
      evaluationPeriods: 2,
    });
  }
}

import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from "aws-cdk-lib/aws-backup";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Schedule } from "aws-cdk-lib/aws-events";
import { Construct } from "constructs";
import type { Alarms } from "./parts/alarms.ts";
import { happens } from "./parts/conditions.ts";

export type BackupProps = {
  readonly tables: readonly TableV2[];
  readonly keepDailyDays: number;
  readonly keepMonthlyDays: number;
  readonly alarms: Alarms;
  /** Whether backups cannot be deleted before their time, by nobody. After three days it cannot be taken back. */
  readonly isLocked: boolean;
};

/** Days in which a lock can still be taken back, which is the least that AWS Backup allows. */
const graceDays = 3;

/** Copies of the tables in a vault of their own: point-in-time recovery ends after 35 days, and with the table. */
export class Backup extends Construct {
  constructor(scope: Construct, id: string, { tables, alarms, keepDailyDays, keepMonthlyDays, isLocked }: BackupProps) {
    super(scope, id);
    const backupVault = new BackupVault(this, "Vault", {
      removalPolicy: RemovalPolicy.RETAIN,
      blockRecoveryPointDeletion: true,
      ...(isLocked
        ? { lockConfiguration: { minRetention: Duration.days(keepDailyDays), changeableFor: Duration.days(graceDays) } }
        : {}),
    });
    const plan = new BackupPlan(this, "Plan", { backupVault });
    plan.addRule(
      new BackupPlanRule({
        ruleName: "daily",
        scheduleExpression: Schedule.cron({ hour: "3", minute: "0" }),
        deleteAfter: Duration.days(keepDailyDays),
      }),
    );
    plan.addRule(
      new BackupPlanRule({
        ruleName: "monthly",
        scheduleExpression: Schedule.cron({ day: "1", hour: "4", minute: "0" }),
        deleteAfter: Duration.days(keepMonthlyDays),
      }),
    );
    const selection = plan.addSelection("Tables", {
      resources: tables.map((table) => BackupResource.fromDynamoDbTable(table)),
    });
    alarms.add(this, "BackupErrors", {
      severity: "notice",
      means: "A table was not backed up.",
      ...happens(
        new Metric({
          namespace: "AWS/Backup",
          metricName: "NumberOfBackupJobsFailed",
          dimensionsMap: { BackupVaultName: backupVault.backupVaultName },
          period: Duration.hours(1),
          statistic: "Sum",
        }),
      ),
    });
    const reason = "What AWS Backup needs to back up a table is AWS's to say; it is no right to restore.";
    const policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    Validations.of(selection).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM4[Policy::${policy}]`, reason });
  }
}

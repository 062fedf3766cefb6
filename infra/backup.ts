import { Duration, Validations } from "aws-cdk-lib";
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from "aws-cdk-lib/aws-backup";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Schedule } from "aws-cdk-lib/aws-events";
import { Construct } from "constructs";
import { whenNonZero } from "./constructs/alarm-conditions.ts";
import type { Alarms } from "./constructs/alarms.ts";
import { retainExceptOnCreate, uniqueName } from "./constructs/retention.ts";

export type BackupProps = {
  readonly tables: readonly TableV2[];
  readonly keepDailyDays: number;
  readonly keepMonthlyDays: number;
  /** Days until a monthly copy moves to cold storage, which costs a third and is billed for at least 90 days. */
  readonly monthlyToColdDays: number;
  readonly alarms: Alarms;
  /** True if a vault lock prevents deletion of backups before their retention ends. Irreversible after three days. */
  readonly isLocked: boolean;
};

/** Days in which a vault lock can be removed: the minimum of AWS Backup. */
const graceDays = 3;

/** Minimum days of a copy in cold storage: see `Lifecycle` in the API reference of AWS Backup. */
const coldDays = 90;

/**
 * Backups of the tables in a vault: point-in-time recovery covers 35 days, and ends with the table. Every backup of a
 * DynamoDB table is a full copy and billed as one, so few are kept, and monthly ones move to cold storage.
 */
export class Backup extends Construct {
  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    const { tables, alarms, keepDailyDays, keepMonthlyDays, monthlyToColdDays, isLocked } = props;
    if (keepMonthlyDays < monthlyToColdDays + coldDays) {
      throw new Error(
        `keepMonthlyDays must be ${monthlyToColdDays + coldDays} or more: cold storage keeps copies for at least ${coldDays} days.`,
      );
    }
    const backupVault = new BackupVault(this, "Vault", {
      // At most 50 characters: see CreateBackupVault in the API reference of AWS Backup.
      backupVaultName: uniqueName("activity-log"),
      removalPolicy: retainExceptOnCreate,
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
        moveToColdStorageAfter: Duration.days(monthlyToColdDays),
        deleteAfter: Duration.days(keepMonthlyDays),
      }),
    );
    const selection = plan.addSelection("Tables", {
      resources: tables.map((table) => BackupResource.fromDynamoDbTable(table)),
    });
    alarms.add(this, "BackupErrors", {
      severity: "notice",
      description: "AWS Backup failed to back up a table.",
      ...whenNonZero(
        new Metric({
          namespace: "AWS/Backup",
          metricName: "NumberOfBackupJobsFailed",
          dimensionsMap: { BackupVaultName: backupVault.backupVaultName },
          period: Duration.hours(1),
          statistic: "Sum",
        }),
      ),
    });
    const reason = "AWS maintains the permissions that AWS Backup needs. The policy does not allow restores.";
    const policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    Validations.of(selection).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM4[Policy::${policy}]`, reason });
  }
}

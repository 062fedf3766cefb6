import { Duration, Validations } from "aws-cdk-lib";
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from "aws-cdk-lib/aws-backup";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Schedule } from "aws-cdk-lib/aws-events";
import { Construct } from "constructs";
import type { Alarms } from "./constructs/alarms.ts";
import { whenNonZero } from "./constructs/conditions.ts";
import { keptOnceUsed, uniqueName } from "./constructs/retained.ts";

export type BackupProps = {
  readonly tables: readonly TableV2[];
  readonly keepDailyDays: number;
  readonly keepMonthlyDays: number;
  /** Days before a monthly copy moves to cold storage, where it costs a third and stays for 90 days at least. */
  readonly monthlyToColdDays: number;
  readonly alarms: Alarms;
  /** Whether backups cannot be deleted before their time, by nobody. After three days it cannot be taken back. */
  readonly isLocked: boolean;
};

/** Days in which a lock can still be taken back, which is the least that AWS Backup allows. */
const graceDays = 3;

/** The least time that AWS Backup keeps a copy in cold storage: see Lifecycle in its API reference. */
const coldDays = 90;

/**
 * Copies of the tables in a vault of their own: point-in-time recovery ends after 35 days, and with the table. Every
 * copy of a DynamoDB table is a full one and is billed as such, so few are kept, and the old ones in cold storage.
 */
export class Backup extends Construct {
  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    const { tables, alarms, keepDailyDays, keepMonthlyDays, monthlyToColdDays, isLocked } = props;
    if (keepMonthlyDays < monthlyToColdDays + coldDays) {
      throw new Error(
        `Keep monthly copies for ${monthlyToColdDays + coldDays} days or more: cold storage takes none for less than ${coldDays}.`,
      );
    }
    const backupVault = new BackupVault(this, "Vault", {
      // Its length is limited to 50 characters: see CreateBackupVault in the API reference of AWS Backup.
      backupVaultName: uniqueName("activity-log"),
      removalPolicy: keptOnceUsed,
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
      description: "A table was not backed up.",
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
    const reason = "What AWS Backup needs to back up a table is AWS's to say; it is no right to restore.";
    const policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    Validations.of(selection).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM4[Policy::${policy}]`, reason });
  }
}

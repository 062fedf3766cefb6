import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Stage } from "#infra/config.ts";
import type { AuditLogs } from "#infra/constructs/audit-logs.ts";
import type { Alarms } from "./alarms.ts";
import type { Dashboard } from "./dashboard.ts";

/** How everything in the stack is watched, and where it writes what it did. */
export type Observability = {
  readonly alarms: Alarms;
  readonly dashboard: Dashboard;
  readonly auditLogs: AuditLogs;
  /** Of the logs that are no audit logs. */
  readonly logRetention: RetentionDays;
  /** Instances that are kept for, and are the most of, each function of a kind; `null` where all share what there is. */
  readonly reserved: Stage["reserved"];
};

import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { AuditLogs } from "#infra/audit-logs.ts";
import type { Stage } from "#infra/config.ts";
import type { Alarms } from "./alarms.ts";
import type { Board } from "./dashboard.ts";

/** How everything in the stack is watched, and where it writes what it did. */
export type Operation = {
  readonly alarms: Alarms;
  readonly board: Board;
  readonly auditLogs: AuditLogs;
  /** Of the logs that are no audit logs. */
  readonly logRetention: RetentionDays;
  /** Instances that are kept for, and are the most of, each function of a kind; `null` where all share what there is. */
  readonly reserved: Stage["reserved"];
};

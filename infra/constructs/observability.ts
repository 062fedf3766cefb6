import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Alarms } from "./alarms.ts";
import type { AuditLogs } from "./audit-logs.ts";
import type { Dashboard } from "./dashboard.ts";

/**
 * Reserved concurrency of each function that serves requests (`api`), serves rare requests of people (`management`) or
 * reads the stream (`stream`). `stream` needs one for each 10 GB of the events table: Lambda runs one instance for each
 * shard of its stream.
 */
export type ReservedConcurrency = {
  readonly api: number;
  readonly management: number;
  readonly stream: number | null;
};

/** The alarms, the dashboard and the logs that the constructs of the stack share. */
export type Observability = {
  readonly alarms: Alarms;
  readonly dashboard: Dashboard;
  readonly auditLogs: AuditLogs;
  /** Retention of all logs other than the audit logs. */
  readonly logRetention: RetentionDays;
  /** `null` if all functions share the account's unreserved concurrency. */
  readonly reserved: ReservedConcurrency | null;
};

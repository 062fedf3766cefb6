import { archive } from "#shared/audit/aws/archive-handler.ts";
import { logsClient } from "#shared/audit/aws/logs-client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";

/** Has CloudWatch export the audit log of a day: each day by the schedule, or `{"day": "2026-11-25"}` by hand. */
export const handler = archive({
  client: logsClient(),
  group: env(variables.auditLogGroup),
  bucket: env(variables.archiveBucket),
  now: () => new Date(),
});

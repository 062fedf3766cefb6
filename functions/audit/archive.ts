import { createArchiveHandler } from "#shared/audit/aws/archive-handler.ts";
import { createLogsClient } from "#shared/audit/aws/logs-client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

/** Has CloudWatch export the audit log of a day: each day by the schedule, or `{"day": "2026-11-25"}` by hand. */
export const handler = createArchiveHandler({
  client: createLogsClient(),
  group: env(envVars.auditLogGroup),
  bucket: env(envVars.archiveBucket),
  now: () => new Date(),
});

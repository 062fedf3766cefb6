import { createArchiveHandler } from "#shared/audit/aws/archive-handler.ts";
import { createLogsClient } from "#shared/audit/aws/logs-client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

/** Exports the audit log of a day: daily by the schedule, or manually with `{"day": "2026-11-25"}`. */
export const handler = createArchiveHandler({
  client: createLogsClient(),
  group: env(envVars.auditLogGroup),
  bucket: env(envVars.archiveBucket),
  now: () => new Date(),
});

import { archive } from "../../shared/lambda/archive.ts";
import { env } from "../../shared/lambda/env.ts";
import { logsClient } from "../../shared/lambda/logs-client.ts";
import { variables } from "../../shared/lambda/names.ts";

/** Has CloudWatch export the audit log of a day: each day by the schedule, or `{"day": "2026-11-25"}` by hand. */
export const handler = archive({
  client: logsClient(),
  group: env(variables.auditLogGroup),
  bucket: env(variables.archiveBucket),
  now: () => new Date(),
});

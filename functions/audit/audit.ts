import { randomUUID } from "node:crypto";
import { createAuditLog } from "#shared/audit/aws/audit-log.ts";
import { createAuditStreamHandler } from "#shared/audit/aws/audit-stream-handler.ts";
import { createOrgClocks } from "#shared/audit/org-time-zones.ts";
import { createOrgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { OrgCache } from "#shared/auth/orgs/org-cache.ts";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

const now = () => new Date();
const stream = `${now().toISOString().slice(0, 10)}/${randomUUID()}`;
const client = createDynamoClient();
const config = env(envVars.configTable);
const orgs = new OrgCache(createOrgReader(client, config), now);
const shards = new ShardSettingsCache(createShardSettingsReader(client, config), now);

/** Writes every record of the events table's stream to the audit log. */
export const handler = createAuditStreamHandler({
  auditLog: createAuditLog(env(envVars.auditLogGroup), stream),
  parseEvent: parseEventItem,
  isShardRead: (orgId, shard) => shards.isShardRead(orgId, shard),
  getClock: createOrgClocks(orgs),
  now,
});

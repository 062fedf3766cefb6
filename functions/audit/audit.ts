import { randomUUID } from "node:crypto";
import { auditLog } from "#shared/audit/aws/audit-log.ts";
import { auditStream } from "#shared/audit/aws/audit-stream-handler.ts";
import { wallClocks } from "#shared/audit/org-time-zones.ts";
import { orgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { OrgDirectory } from "#shared/auth/orgs/org-cache.ts";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import { shardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { ShardCache } from "#shared/events/shards/shard-settings-cache.ts";
import { dynamoClient } from "#shared/platform/dynamodb/client.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { variables } from "#shared/platform/names.ts";

const now = () => new Date();
const stream = `${now().toISOString().slice(0, 10)}/${randomUUID()}`;
const [client, config] = [dynamoClient(), env(variables.configTable)];
const orgs = new OrgDirectory(orgReader(client, config), now);
const shards = new ShardCache(shardSettingsReader(client, config), now);

/** Follows the stream of the events table and writes every record of it to the audit log. */
export const handler = auditStream({
  auditLog: auditLog(env(variables.auditLogGroup), stream),
  read: parseEventItem,
  isListed: (orgId, shard) => shards.isRead(orgId, shard),
  clockOf: wallClocks(orgs),
  now,
});

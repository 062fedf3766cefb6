import { randomUUID } from "node:crypto";
import { OrgDirectory } from "../../shared/access/org-directory.ts";
import { ShardCache } from "../../shared/events/shard-directory.ts";
import { auditLog } from "../../shared/lambda/audit-log.ts";
import { auditStream } from "../../shared/lambda/audit-stream.ts";
import { env } from "../../shared/lambda/env.ts";
import { variables } from "../../shared/lambda/names.ts";
import { wallClocks } from "../../shared/review/wall-clocks.ts";
import { dynamoClient } from "../../shared/store/client.ts";
import { orgReader } from "../../shared/store/org-reader.ts";
import { parseEventItem } from "../../shared/store/parse-event-item.ts";
import { shardSettingsReader } from "../../shared/store/sharded-orgs.ts";

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

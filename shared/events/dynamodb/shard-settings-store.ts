import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ShardSettingsReader } from "#shared/events/shards/shard-settings-cache.ts";
import { isShardCount, type ShardSetting } from "#shared/events/shards/shards.ts";
import { shardedOrgKey, shardedOrgPrefix, shardedOrgsPartition } from "#shared/platform/dynamodb/keys.ts";
import { queryAll } from "#shared/platform/dynamodb/query-all.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";

/** The list of organisations with several shards, in the config table. */
export function createShardSettingsReader(client: DynamoDBClient, table: string): ShardSettingsReader {
  return {
    async read() {
      const items = await queryAll(client, table, { pk: shardedOrgsPartition, prefix: shardedOrgPrefix });
      return new Map(items.map((item) => [orgOf(item), parseListItem(item)]));
    },
  };
}

/** An organisation in that list. */
export function toShardedOrgItem(orgId: string, setting: ShardSetting): Record<string, unknown> {
  return { ...shardedOrgKey(orgId), ...setting };
}

/** Parses a setting; `null` if it is damaged. */
export function parseShardSetting(value: unknown): ShardSetting | null {
  const { before, count, from }: Partial<Record<keyof ShardSetting, unknown>> =
    typeof value === "object" && value !== null ? value : {};
  const isWhole = isShardCount(before) && isShardCount(count) && typeof from === "string";
  return isWhole && parseTimestamp(from) === from ? { before, count, from } : null;
}

function orgOf({ sk }: Record<string, AttributeValue>): string {
  return (sk?.S ?? "").slice(shardedOrgPrefix.length);
}

function parseListItem({ before, count, from }: Record<string, AttributeValue>): ShardSetting | null {
  return parseShardSetting({ before: Number(before?.N), count: Number(count?.N), from: from?.S });
}

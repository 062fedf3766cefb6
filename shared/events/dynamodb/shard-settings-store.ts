import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ShardSettingsReader } from "#shared/events/shards/shard-settings-cache.ts";
import { isShardCount, type ShardSetting } from "#shared/events/shards/shards.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { shardedOrgKey, shardedOrgPrefix, shardedOrgsPartition } from "#shared/platform/dynamodb/keys.ts";
import { queryAll } from "#shared/platform/dynamodb/operations.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";

/** Creates the reader of the list of organisations with several shards, in the config table. */
export function createShardSettingsReader(client: DynamoDBClient, table: string): ShardSettingsReader {
  return {
    async read() {
      const items = await queryAll(client, table, { pk: shardedOrgsPartition, prefix: shardedOrgPrefix });
      return new Map(items.map((item) => [orgOf(item), parseShardSetting(item)]));
    },
  };
}

/** Returns an organisation of that list as an item. */
export function toShardedOrgItem(orgId: string, setting: ShardSetting): AttributeMap {
  const { before, count, from } = setting;
  return {
    ...toStringAttributes({ ...shardedOrgKey(orgId), from }),
    before: { N: String(before) },
    count: { N: String(count) },
  };
}

/** Parses a setting; `null` if it is damaged. */
export function parseShardSetting(attributes: AttributeMap): ShardSetting | null {
  const before = Number(attributes.before?.N);
  const count = Number(attributes.count?.N);
  const from = attributes.from?.S;
  const isWhole = isShardCount(before) && isShardCount(count) && from !== undefined;
  return isWhole && parseTimestamp(from) === from ? { before, count, from } : null;
}

function orgOf({ sk }: AttributeMap): string {
  return (sk?.S ?? "").slice(shardedOrgPrefix.length);
}

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  endpointChangesPartition,
  endpointKey,
  endpointPrefix,
  webhookOrgPrefix,
  webhookOrgsPartition,
} from "#shared/platform/dynamodb/keys.ts";
import { getItem, queryAll, queryFrom } from "#shared/platform/dynamodb/operations.ts";
import { compareByAge, type EndpointReader } from "#shared/webhooks/endpoints/endpoint.ts";
import { endpointChangeShards, parseEndpointChangeItem } from "./endpoint-change-item.ts";
import { parseEndpointItem } from "./endpoint-item.ts";

/** Creates the reader of endpoints in the config table. */
export function endpointReader(client: DynamoDBClient, config: string): EndpointReader {
  return {
    async list(orgId) {
      const { pk } = endpointKey(orgId, "");
      return (await queryAll(client, config, { pk, prefix: endpointPrefix })).map(parseEndpointItem).sort(compareByAge);
    },

    get: (orgId, endpointId) => getItem(client, config, endpointKey(orgId, endpointId), parseEndpointItem),

    async listOrgIds(shard) {
      const items = await queryAll(client, config, { pk: webhookOrgsPartition(shard), prefix: webhookOrgPrefix });
      return items.map(({ sk }) => (sk?.S ?? "").slice(webhookOrgPrefix.length));
    },

    async listChanges(since) {
      const shards = Array.from({ length: endpointChangeShards }, (_, shard) => endpointChangesPartition(shard));
      const itemsByShard = await Promise.all(shards.map((pk) => queryFrom(client, config, { pk, from: since })));
      return itemsByShard.flat().map(parseEndpointChangeItem);
    },
  };
}

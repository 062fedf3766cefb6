import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import {
  endpointChangesPartition,
  endpointKey,
  endpointPrefix,
  webhookOrgPrefix,
  webhookOrgsPartition,
} from "#shared/platform/dynamodb/keys.ts";
import { queryAll, queryFrom } from "#shared/platform/dynamodb/query-all.ts";
import { byAge, type EndpointSource } from "#shared/webhooks/endpoints/endpoint.ts";
import { endpointChangeShards, fromEndpointChangeItem } from "./endpoint-change-item.ts";
import { fromEndpointItem } from "./endpoint-item.ts";

/** Webhook endpoints as they are in the config table, for those who only read them. */
export function endpointSource(client: DynamoDBClient, config: string): EndpointSource {
  return {
    async list(orgId) {
      const { pk } = endpointKey(orgId, "");
      return (await queryAll(client, config, { pk, prefix: endpointPrefix })).map(fromEndpointItem).sort(byAge);
    },

    get: (orgId, endpointId) => getItem(client, config, endpointKey(orgId, endpointId), fromEndpointItem),

    async orgsIn(shard) {
      const listed = await queryAll(client, config, { pk: webhookOrgsPartition(shard), prefix: webhookOrgPrefix });
      return listed.map(({ sk }) => (sk?.S ?? "").slice(webhookOrgPrefix.length));
    },

    async changesSince(since) {
      const shards = Array.from({ length: endpointChangeShards }, (_, shard) => endpointChangesPartition(shard));
      const read = await Promise.all(shards.map((pk) => queryFrom(client, config, { pk, from: since })));
      return read.flat().map(fromEndpointChangeItem);
    },
  };
}

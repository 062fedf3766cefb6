import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Endpoint, EndpointSource } from "../webhooks/endpoint.ts";
import { fromEndpointItem } from "./endpoint-item.ts";
import { getItem } from "./get-item.ts";
import { endpointKey, endpointPrefix, webhookOrgPrefix, webhookOrgsPartition, webhookVersionKey } from "./keys.ts";
import { queryAll } from "./query-all.ts";

/** Webhook endpoints as they stand in the config table, for those who only read them. */
export function endpointSource(client: DynamoDBClient, config: string): EndpointSource {
  return {
    async list(orgId) {
      const { pk } = endpointKey(orgId, "");
      const endpoints = (await queryAll(client, config, { pk, prefix: endpointPrefix })).map(fromEndpointItem);
      const age = ({ created_at, endpoint_id }: Endpoint) => `${created_at} ${endpoint_id}`;
      return endpoints.sort((left, right) => (age(left) < age(right) ? -1 : 1));
    },

    async version() {
      return (await getItem(client, config, webhookVersionKey, ({ version }) => Number(version?.N))) ?? 0;
    },

    async orgs() {
      const listed = await queryAll(client, config, { pk: webhookOrgsPartition, prefix: webhookOrgPrefix });
      const having = listed.filter(({ endpoints }) => Number(endpoints?.N) > 0);
      return new Map(
        having.map(({ sk, version }) => [(sk?.S ?? "").slice(webhookOrgPrefix.length), Number(version?.N ?? 0)]),
      );
    },
  };
}

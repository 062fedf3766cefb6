import type { DynamoDBClient, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { ActivityError } from "../events/errors.ts";
import type { ActivityEvent } from "../events/event.ts";
import { type Endpoint, type EndpointSource, type EndpointStore, maxEndpoints } from "../webhooks/endpoint.ts";
import { textAttributes } from "./attributes.ts";
import { fromEndpointItem, toEndpointItem } from "./endpoint-item.ts";
import { endpointSource } from "./endpoint-source.ts";
import { putOf } from "./events.ts";
import { getItem } from "./get-item.ts";
import { endpointKey, webhookOrgKey, webhookVersionKey } from "./keys.ts";
import { transact } from "./transaction.ts";

/**
 * Webhook endpoints in the config table. A change is one transaction over the endpoint, its organisation's count and
 * version, the version of all, and the event in the events table.
 */
export function endpointStore(
  client: DynamoDBClient,
  { config, events }: { readonly config: string; readonly events: string },
): EndpointStore & EndpointSource {
  const add = (key: Record<string, string>, counts: Readonly<Record<string, number>>) => ({
    TableName: config,
    Key: textAttributes(key),
    UpdateExpression: `ADD ${Object.keys(counts)
      .map((name) => `#${name} :${name}`)
      .join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries(Object.keys(counts).map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(counts).map(([name, by]) => [`:${name}`, { N: String(by) }]),
    ),
  });
  const standing = (endpoint: Endpoint) => ({
    ConditionExpression: "#version = :version",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":version": { N: String(endpoint.version) } },
  });

  /** Answers whether the condition of the endpoint, and that of its organisation, refused the change. */
  const change = async (endpoint: TransactWriteItem, event: ActivityEvent, org: TransactWriteItem) => {
    const put = putOf(events, event);
    const [isStale = false, isFull = false, , isToldAlready] = await transact(client, [
      endpoint,
      org,
      { Update: add(webhookVersionKey, { version: 1 }) },
      { Put: { ...put, Item: textAttributes(put.Item) } },
    ]);
    if (!isStale && isToldAlready) throw new Error(`Event ${event.event_id} is stored already.`);
    return { isStale, isFull };
  };

  return {
    ...endpointSource(client, config),

    async create(endpoint, event) {
      const put = {
        TableName: config,
        Item: toEndpointItem(endpoint),
        ConditionExpression: "attribute_not_exists(pk)",
      };
      const more = add(webhookOrgKey(endpoint.org_id), { endpoints: 1, version: 1 });
      const { isStale, isFull } = await change({ Put: put }, event, {
        Update: {
          ...more,
          ConditionExpression: "attribute_not_exists(#endpoints) OR #endpoints < :max",
          ExpressionAttributeValues: { ...more.ExpressionAttributeValues, ":max": { N: String(maxEndpoints) } },
        },
      });
      if (isFull) {
        throw new ActivityError(
          "conflict",
          `The organisation has ${maxEndpoints} webhook endpoints, which is the most there may be: delete one first.`,
        );
      }
      if (isStale) throw new ActivityError("conflict", "The webhook endpoint exists already.");
    },

    get: (orgId, endpointId) => getItem(client, config, endpointKey(orgId, endpointId), fromEndpointItem),

    async update(before, after, event) {
      const Item = toEndpointItem({ ...after, version: before.version + 1 });
      const changed = { Update: add(webhookOrgKey(before.org_id), { version: 1 }) };
      const { isStale } = await change({ Put: { TableName: config, Item, ...standing(before) } }, event, changed);
      return !isStale;
    },

    async remove(endpoint, event) {
      const Key = textAttributes(endpointKey(endpoint.org_id, endpoint.endpoint_id));
      const fewer = { Update: add(webhookOrgKey(endpoint.org_id), { endpoints: -1, version: 1 }) };
      const { isStale } = await change({ Delete: { TableName: config, Key, ...standing(endpoint) } }, event, fewer);
      return !isStale;
    },
  };
}

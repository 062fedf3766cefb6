import type { DynamoDBClient, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { ActivityError } from "#shared/errors.ts";
import { putOf } from "#shared/events/dynamodb/event-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { endpointKey, endpointSummaryKey, webhookOrgKey } from "#shared/platform/dynamodb/keys.ts";
import { transact } from "#shared/platform/dynamodb/transaction.ts";
import {
  type Endpoint,
  type EndpointSource,
  type EndpointStore,
  maxEndpoints,
} from "#shared/webhooks/endpoints/endpoint.ts";
import { hashOrg } from "#shared/webhooks/endpoints/org-hash.ts";
import { toEndpointChangeItem } from "./endpoint-change-item.ts";
import { toEndpointItem } from "./endpoint-item.ts";
import { endpointSource } from "./endpoint-reader.ts";

/**
 * Webhook endpoints in the config table. A change is one transaction over the endpoint, an item in the log of changes,
 * and the event in the events table; creating and deleting also count. No two organisations write the same item.
 */
export function endpointStore(
  client: DynamoDBClient,
  { config, events }: { readonly config: string; readonly events: string },
  now: () => Date,
): EndpointStore & EndpointSource {
  const standing = (endpoint: Endpoint) => ({
    ConditionExpression: "#version = :version",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":version": { N: String(endpoint.version) } },
  });

  /** Answers whether the condition of the endpoint, and that of its organisation's count, refused the change. */
  const change = async (
    write: TransactWriteItem,
    event: ActivityEvent,
    changed: Pick<Endpoint, "org_id" | "endpoint_id" | "version">,
    counted: readonly TransactWriteItem[] = [],
  ) => {
    const put = putOf(events, event);
    const [isStale = false, isToldAlready = false, isFull = false] = await transact(client, () => [
      write,
      { Put: { ...put, Item: textAttributes(put.Item) } },
      ...counted,
      // Stamped last, and anew for each attempt: the cache looks back only so far for changes that commit late.
      { Put: { TableName: config, Item: toEndpointChangeItem(changed, now()) } },
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
      const counted = [oneMore(config, endpoint.org_id), listed(config, endpoint.org_id)];
      const { isStale, isFull } = await change({ Put: put }, event, endpoint, counted);
      if (isFull) {
        throw new ActivityError(
          "conflict",
          `The organisation has ${maxEndpoints} webhook endpoints, which is the most there may be: delete one first.`,
        );
      }
      if (isStale) throw new ActivityError("conflict", "The webhook endpoint exists already.");
    },

    async update(before, after, event) {
      const changed = { ...after, version: before.version + 1 };
      const put = { TableName: config, Item: toEndpointItem(changed), ...standing(before) };
      const { isStale } = await change({ Put: put }, event, changed);
      return !isStale;
    },

    async remove(endpoint, event) {
      const Key = textAttributes(endpointKey(endpoint.org_id, endpoint.endpoint_id));
      const removed = { ...endpoint, version: endpoint.version + 1 };
      const counted = [oneLess(config, endpoint.org_id)];
      const { isStale } = await change(
        { Delete: { TableName: config, Key, ...standing(endpoint) } },
        event,
        removed,
        counted,
      );
      return !isStale;
    },
  };
}

/** Counts an endpoint of an organisation, up to the most that it may have. */
function oneMore(config: string, orgId: string): TransactWriteItem {
  return {
    Update: {
      TableName: config,
      Key: textAttributes(endpointSummaryKey(orgId)),
      UpdateExpression: "ADD endpoints :one",
      ConditionExpression: "attribute_not_exists(endpoints) OR endpoints < :max",
      ExpressionAttributeValues: { ":one": { N: "1" }, ":max": { N: String(maxEndpoints) } },
    },
  };
}

function oneLess(config: string, orgId: string): TransactWriteItem {
  return {
    Update: {
      TableName: config,
      Key: textAttributes(endpointSummaryKey(orgId)),
      UpdateExpression: "ADD endpoints :less",
      ExpressionAttributeValues: { ":less": { N: "-1" } },
    },
  };
}

/** Lists an organisation among those with endpoints, where it stays. */
function listed(config: string, orgId: string): TransactWriteItem {
  return { Put: { TableName: config, Item: textAttributes(webhookOrgKey(hashOrg(orgId).shard, orgId)) } };
}

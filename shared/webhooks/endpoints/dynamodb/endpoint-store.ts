import type { DynamoDBClient, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { ActivityError } from "#shared/errors.ts";
import { buildEventPut } from "#shared/events/dynamodb/event-put.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { endpointKey, endpointSummaryKey, webhookOrgKey } from "#shared/platform/dynamodb/keys.ts";
import { transact } from "#shared/platform/dynamodb/transaction.ts";
import {
  type Endpoint,
  type EndpointReader,
  type EndpointStore,
  maxEndpointsPerOrg,
} from "#shared/webhooks/endpoints/endpoint.ts";
import { hashOrg } from "#shared/webhooks/endpoints/org-hash.ts";
import { toEndpointChangeItem } from "./endpoint-change-item.ts";
import { toEndpointItem } from "./endpoint-item.ts";
import { endpointReader } from "./endpoint-reader.ts";

/**
 * Creates the store of endpoints in the config table. A change is one transaction of the endpoint, an item of the change
 * log, and the event; creating and deleting also update the organisation's count. Organisations share no item.
 */
export function endpointStore(
  client: DynamoDBClient,
  { config, events }: { readonly config: string; readonly events: string },
  now: () => Date,
): EndpointStore & EndpointReader {
  const ifUnchanged = (endpoint: Endpoint) => ({
    ConditionExpression: "#version = :version",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":version": { N: String(endpoint.version) } },
  });

  /** Returns which condition refused the change: the endpoint's version, or the organisation's count. */
  const commit = async (
    write: TransactWriteItem,
    event: ActivityEvent,
    changed: Pick<Endpoint, "org_id" | "endpoint_id" | "version">,
    countWrites: readonly TransactWriteItem[] = [],
  ) => {
    const put = buildEventPut(events, event);
    const [isStale = false, isEventStored = false, isFull = false] = await transact(client, () => [
      write,
      { Put: { ...put, Item: toStringAttributes(put.Item) } },
      ...countWrites,
      // With the time of each attempt: the cache looks back a limited time for changes that commit late.
      { Put: { TableName: config, Item: toEndpointChangeItem(changed, now()) } },
    ]);
    if (!isStale && isEventStored) throw new Error(`Event ${event.event_id} is already stored.`);
    return { isStale, isFull };
  };

  return {
    ...endpointReader(client, config),

    async create(endpoint, event) {
      const put = {
        TableName: config,
        Item: toEndpointItem(endpoint),
        ConditionExpression: "attribute_not_exists(pk)",
      };
      const countWrites = [incrementCount(config, endpoint.org_id), listOrg(config, endpoint.org_id)];
      const { isStale, isFull } = await commit({ Put: put }, event, endpoint, countWrites);
      if (isFull) {
        throw new ActivityError(
          "conflict",
          `The organisation has ${maxEndpointsPerOrg} webhook endpoints, the maximum. Delete one first.`,
        );
      }
      if (isStale) throw new ActivityError("conflict", "The webhook endpoint already exists.");
    },

    async update(before, after, event) {
      const changed = { ...after, version: before.version + 1 };
      const put = { TableName: config, Item: toEndpointItem(changed), ...ifUnchanged(before) };
      const { isStale } = await commit({ Put: put }, event, changed);
      return !isStale;
    },

    async remove(endpoint, event) {
      const Key = toStringAttributes(endpointKey(endpoint.org_id, endpoint.endpoint_id));
      const removed = { ...endpoint, version: endpoint.version + 1 };
      const countWrites = [decrementCount(config, endpoint.org_id)];
      const { isStale } = await commit(
        { Delete: { TableName: config, Key, ...ifUnchanged(endpoint) } },
        event,
        removed,
        countWrites,
      );
      return !isStale;
    },
  };
}

/** Refused if the organisation has `maxEndpointsPerOrg` endpoints. */
function incrementCount(config: string, orgId: string): TransactWriteItem {
  return {
    Update: {
      TableName: config,
      Key: toStringAttributes(endpointSummaryKey(orgId)),
      UpdateExpression: "ADD endpoints :one",
      ConditionExpression: "attribute_not_exists(endpoints) OR endpoints < :max",
      ExpressionAttributeValues: { ":one": { N: "1" }, ":max": { N: String(maxEndpointsPerOrg) } },
    },
  };
}

function decrementCount(config: string, orgId: string): TransactWriteItem {
  return {
    Update: {
      TableName: config,
      Key: toStringAttributes(endpointSummaryKey(orgId)),
      UpdateExpression: "ADD endpoints :less",
      ExpressionAttributeValues: { ":less": { N: "-1" } },
    },
  };
}

/** Adds an organisation to the list of those with endpoints. It is never removed. */
function listOrg(config: string, orgId: string): TransactWriteItem {
  return { Put: { TableName: config, Item: toStringAttributes(webhookOrgKey(hashOrg(orgId).shard, orgId)) } };
}

import { createHash } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { expiresAfter } from "#shared/platform/dynamodb/expiry.ts";
import { endpointChangeKey } from "#shared/platform/dynamodb/keys.ts";
import type { Endpoint, EndpointChange } from "#shared/webhooks/endpoints/endpoint.ts";

/**
 * Partitions that changes are spread over. A partition takes 1,000 write units a second, and a change in a transaction
 * costs two: 2,000 changes a second. Each poll reads all of them, so more of them would make every poll dearer.
 */
export const endpointChangeShards = 4;

/** The cache reads only the last seconds; a day helps to investigate an incident. */
const keptForDays = 1;

/** A change of an endpoint as an item of the config table. Its key is new with each version, so no two changes meet. */
export function toEndpointChangeItem(
  changed: Pick<Endpoint, "org_id" | "endpoint_id" | "version">,
  now: Date,
): Record<string, AttributeValue> {
  const { org_id, endpoint_id } = changed;
  const shard = createHash("sha256").update(endpoint_id).digest().readUInt32BE() % endpointChangeShards;
  const key = endpointChangeKey(shard, now, changed);
  return marshall({ ...key, org_id, endpoint_id, ...expiresAfter(now.getTime(), keptForDays) });
}

/**
 * The change of an item. Never throws: one item that is damaged must not keep the changes of all others from being read.
 * It reads the attributes as they are: a storm of changes brings tens of thousands in one poll, again and again.
 */
export function fromEndpointChangeItem(item: Record<string, AttributeValue>): EndpointChange {
  const change_id = item.sk?.S ?? "";
  return {
    change_id,
    org_id: item.org_id?.S ?? null,
    endpoint_id: item.endpoint_id?.S ?? change_id.split("#")[1] ?? "",
  };
}

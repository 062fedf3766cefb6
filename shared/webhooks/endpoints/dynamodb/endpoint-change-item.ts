import { createHash } from "node:crypto";
import { marshall } from "@aws-sdk/util-dynamodb";
import { type AttributeMap, expiresAfter } from "#shared/platform/dynamodb/attributes.ts";
import { endpointChangeKey } from "#shared/platform/dynamodb/keys.ts";
import type { Endpoint, EndpointChange } from "#shared/webhooks/endpoints/endpoint.ts";

/**
 * Partitions of the change log. A partition takes 1,000 write units a second and a change in a transaction costs two,
 * so four take 2,000 changes a second. Each poll reads all partitions, so more would make every poll more expensive.
 */
export const endpointChangeShards = 4;

/** The cache reads only the last seconds; a day helps to investigate an incident. */
const keptForDays = 1;

/** Returns the item of a change in the config table. Its key contains the version, so each change has its own. */
export function toEndpointChangeItem(
  changed: Pick<Endpoint, "org_id" | "endpoint_id" | "version">,
  now: Date,
): AttributeMap {
  const { org_id, endpoint_id } = changed;
  const shard = createHash("sha256").update(endpoint_id).digest().readUInt32BE() % endpointChangeShards;
  const key = endpointChangeKey(shard, now, changed);
  return marshall({ ...key, org_id, endpoint_id, ...expiresAfter(now.getTime(), keptForDays) });
}

/**
 * Returns the change of an item. Never throws: a damaged item must not block the changes of other endpoints. Reads the
 * attributes without a schema, because one poll can return tens of thousands of items.
 */
export function parseEndpointChangeItem(item: AttributeMap): EndpointChange {
  const change_id = item.sk?.S ?? "";
  return {
    change_id,
    org_id: item.org_id?.S ?? null,
    endpoint_id: item.endpoint_id?.S ?? change_id.split("#")[1] ?? "",
  };
}

import { createHash } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { Endpoint, EndpointChange } from "../webhooks/endpoint.ts";
import { expiresAfter } from "./expiry.ts";
import { endpointChangeKey } from "./keys.ts";
import { readItem } from "./stored-item.ts";

/**
 * Partitions that changes are spread over. A partition takes 1,000 write units a second, and a change in a transaction
 * costs two: 2,000 changes a second. Each look at the log reads all of them, so more would cost every look.
 */
export const endpointChangeShards = 4;

/** The cache looks back for seconds; a day is for whoever investigates. */
const keptForDays = 1;

const stored = z.object({ sk: z.string(), org_id: z.string(), endpoint_id: z.string() });

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

/** The change of an item. Throws, naming the item's key, where the item is damaged. */
export function fromEndpointChangeItem(item: Record<string, AttributeValue>): EndpointChange {
  const { sk, org_id, endpoint_id } = readItem(stored, item);
  return { change_id: sk, org_id, endpoint_id };
}

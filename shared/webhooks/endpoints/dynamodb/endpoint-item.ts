import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { endpointKey } from "#shared/platform/dynamodb/keys.ts";
import { knownOrLater, readItem } from "#shared/platform/dynamodb/stored-item.ts";
import type { DisabledReason, Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";

const disabledReason = z.enum({
  owner: "owner",
  gone: "gone",
  failing: "failing",
  token_revoked: "token_revoked",
} satisfies {
  [reason in DisabledReason]: reason;
});

const stored = z.object({
  endpoint_id: z.string(),
  org_id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  entity_id: z.nullable(z.string()),
  description: z.nullable(z.string()),
  secrets: z.array(z.object({ sealed: z.string(), expires_at: z.nullable(z.string()) })),
  headers: z.optional(z.object({ names: z.array(z.string()), sealed: z.string() })),
  disabled: z.nullable(z.object({ reason: knownOrLater(disabledReason), at: z.string() })),
  created_at: z.string(),
  updated_at: z.string(),
  created_by: z.optional(z.nullable(z.string())),
  changed_by: z.optional(z.array(z.string())),
  version: z.number(),
});

/** An endpoint as an item of the config table. */
export function toEndpointItem({ headers, ...endpoint }: Endpoint): Record<string, AttributeValue> {
  const key = endpointKey(endpoint.org_id, endpoint.endpoint_id);
  return marshall({ ...key, ...endpoint, ...(headers === null ? {} : { headers }) });
}

/** The endpoint of an item. Throws, naming the item's key, where the item is damaged. */
export function fromEndpointItem(item: Record<string, AttributeValue>): Endpoint {
  const { headers = null, created_by = null, changed_by = [], ...endpoint } = readItem(stored, item);
  return { ...endpoint, headers, created_by, changed_by };
}

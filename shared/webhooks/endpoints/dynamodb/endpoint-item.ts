import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { endpointKey } from "#shared/platform/dynamodb/keys.ts";
import { knownOrUnrecognised, parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import type { DisabledReason, Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { storedSettings } from "#shared/webhooks/endpoints/endpoint-settings.ts";

const disabledReasonSchema = z.enum({
  owner: "owner",
  gone: "gone",
  failing: "failing",
  token_revoked: "token_revoked",
} satisfies {
  [reason in DisabledReason]: reason;
});

const endpointItemSchema = z.object({
  endpoint_id: z.string(),
  org_id: z.string(),
  ...storedSettings,
  secrets: z.array(z.object({ sealed: z.string(), expires_at: z.nullable(z.string()) })),
  headers: z.optional(z.object({ names: z.array(z.string()), sealed: z.string() })),
  disabled: z.nullable(z.object({ reason: knownOrUnrecognised(disabledReasonSchema), at: z.string() })),
  created_at: z.string(),
  updated_at: z.string(),
  created_by: z.optional(z.nullable(z.string())),
  changed_by: z.optional(z.array(z.string())),
  version: z.number(),
});

/** Returns the item of an endpoint in the config table. */
export function toEndpointItem({ headers, ...endpoint }: Endpoint): AttributeMap {
  const key = endpointKey(endpoint.org_id, endpoint.endpoint_id);
  return marshall({ ...key, ...endpoint, ...(headers === null ? {} : { headers }) });
}

/** Returns the endpoint of an item. Throws an error with the item's key if the item is damaged. */
export function parseEndpointItem(item: AttributeMap): Endpoint {
  const { headers = null, created_by = null, changed_by = [], ...endpoint } = parseItem(endpointItemSchema, item);
  return { ...endpoint, headers, created_by, changed_by };
}
